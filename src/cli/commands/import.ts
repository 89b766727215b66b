import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { unpack } from "../../formats/archive/unpack.ts";
import { ArchiveError } from "../../formats/archive/problem.ts";
import { importKeys } from "../../formats/keys/import.ts";
import { LIMITS } from "../../formats/keys/input.ts";
import { preview } from "../../formats/keys/preview.ts";
import { KeyFileError } from "../../formats/keys/problem.ts";
import { RULES } from "../../formats/keys/findings.ts";
import { asKnown, likelyTarget } from "../../state/keys/import.ts";
import { ownAddress } from "../../state/keys/key-list.ts";
import { keyRecordOf, vaultRecordOf } from "../../state/keys/records.ts";
import type { Command } from "../arguments.ts";
import { codeOf } from "../file-key-store-lock.ts";
import { nodeCrypto } from "../node-crypto.ts";
import { openStore } from "../open-store.ts";
import type { Output } from "../output.ts";
import type { Program } from "../program.ts";
import { UsageError } from "../usage-error.ts";

type Import = Extract<Command, { readonly kind: "import" }>;

/** Bonds from files of another program, in one write; `--dry-run` only says what it would bring. None is proven by it. */
export async function importCommand(command: Import, program: Program, output: Output): Promise<number> {
  const files = await filesAt(command.paths);
  await using store = await openStore(command, program.secrets, (text) => output.warn(text));
  const { keys } = store;
  const adapters = await keys.adapters.all();
  const here = adapters.flatMap((adapter) => ownAddress(adapter) ?? []);
  const found = await read(files, here);
  const entries = preview(found, (await keys.export()).map(keyRecordOf));
  const target = likelyTarget(entries, adapters);
  const rows = entries.map(({ state, bond }) => ({
    address: bond.peer.address,
    type: bond.peer.type,
    name: bond.name,
    state,
    "on adapter": bond.local?.address ?? null,
  }));
  output.rows("bond", rows, "There is no bond in it");
  for (const { rule, where, detail } of found.findings)
    output.warn(`${where}: ${RULES[rule].says} ${detail}`.trim());
  const news = entries.filter(({ state }) => state !== "same");
  if (command.dryRun || news.length === 0) {
    output.say(`${news.length} of ${entries.length} would be new. Nothing was stored`);
    return 0;
  }
  const adapter = adapters.find(({ id }) => id === target);
  const place = { adapter: target, local: adapter === undefined ? null : ownAddress(adapter) };
  const name = command.paths.map((path) => basename(path)).join(", ");
  const origin = { from: `${found.format}: ${name}`.slice(0, 200), at: new Date().toISOString() };
  const restored = await keys.restore(
    news.map(({ bond, known }) => vaultRecordOf(asKnown(bond, known), place, origin)),
  );
  for (const { index, reason } of restored.refused)
    output.warn(`${news[index]?.bond.peer.address ?? ""}: not stored: ${reason}`);
  const waiting = adapter === undefined ? " They wait for the adapter that they were made on" : "";
  output.say(`${restored.added} keys were imported; none is proven yet.${waiting}`);
  return restored.refused.length === 0 ? 0 : 9;
}

async function read(
  files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>,
  here: Parameters<typeof importKeys>[1]["adapters"],
): Promise<ReturnType<typeof importKeys>> {
  try {
    return importKeys(await unpack(files), { aes: nodeCrypto, ...(here?.length ? { adapters: here } : {}) });
  } catch (error) {
    if (error instanceof KeyFileError || error instanceof ArchiveError) throw new UsageError(error.message);
    throw error;
  }
}

/** Files by their path below what was named; folders whole, links not followed. */
async function filesAt(paths: readonly string[]): Promise<ReadonlyMap<string, Uint8Array<ArrayBuffer>>> {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  let octets = 0;
  const add = async (path: string, name: string): Promise<void> => {
    octets += (await stat(path)).size;
    if (octets > LIMITS.totalOctets || files.size >= LIMITS.files)
      throw new UsageError("Cannot import so much at once: name fewer files");
    files.set(name.replaceAll("\\", "/"), Uint8Array.from(await readFile(path)));
  };
  for (const path of paths) {
    try {
      if (!(await stat(path)).isDirectory()) {
        await add(path, basename(path));
        continue;
      }
      for (const entry of await readdir(path, { recursive: true, withFileTypes: true })) {
        const full = join(entry.parentPath, entry.name);
        if (entry.isFile()) await add(full, relative(path, full));
      }
    } catch (error) {
      if (error instanceof UsageError) throw error;
      throw new UsageError(`Cannot read ${path}: ${codeOf(error)}`, { cause: error });
    }
  }
  return files;
}
