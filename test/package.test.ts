/** What is published: installed as a stranger would, imported, type-checked and run. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { build } from "vite";
import { gzipSync } from "node:zlib";
import { buildPackage } from "../packaging/build.ts";

const ROOT = join(import.meta.dirname, "..");

/** A consuming application, as small as it gets. */
const CONSUMER = `
import { createBondkeeper, type Bondkeeper } from "bondkeeper";
import { HostedBluetooth } from "bondkeeper/sdk/web-bluetooth/bluetooth";
import { StackSlot } from "bondkeeper/sdk/web-bluetooth/host";
import { WebBluetoothBackend } from "bondkeeper/link/web-bluetooth/backend";
import { pageSurroundings } from "bondkeeper/link/web-bluetooth/platform";
import { Stack } from "bondkeeper/hci/device/stack";
import { verifyResult } from "bondkeeper/sdk/verify-result";

export const bluetooth: Bluetooth = new HostedBluetooth({ host: new StackSlot(), openChooser: () => {} });
export async function start(): Promise<number> {
  const keeper: Bondkeeper = await createBondkeeper({
    backend: new WebBluetoothBackend(pageSurroundings(globalThis)),
  });
  keeper.on("bondsChanged", ({ id }) => id.length);
  const { code } = await keeper.ensureBond("a bond");
  return code;
}
export const used = [Stack, verifyResult];
`;

const RUN = `
import { createBondkeeper } from "bondkeeper";
import { BluetoothUUID } from "bondkeeper/sdk/web-bluetooth/uuid";
import { HostedBluetooth } from "bondkeeper/sdk/web-bluetooth/bluetooth";
import { StackSlot } from "bondkeeper/sdk/web-bluetooth/host";
import { toHex } from "bondkeeper/hci/codec/bytes";
const bluetooth = new HostedBluetooth({ host: new StackSlot(), openChooser() {} });
let private_ = "reached";
try { await import("bondkeeper/lib/src/storage/open.js"); } catch (error) { private_ = error.code; }
process.stdout.write(JSON.stringify([
  typeof createBondkeeper,
  BluetoothUUID.getService("heart_rate"),
  await bluetooth.getAvailability(),
  toHex(Uint8Array.of(1, 171)),
  private_,
]));
`;

describe("the package", { concurrency: false }, () => {
  let project = "";
  const npm = (cwd: string, ...args: readonly string[]): string =>
    execFileSync("npm", [...args, "--no-audit", "--no-fund", "--loglevel=error"], { cwd, encoding: "utf8" });

  before(() => {
    project = mkdtempSync(join(tmpdir(), "consumer-"));
    const [packed = ""] = npm(buildPackage(), "pack", "--pack-destination", project)
      .trim()
      .split("\n")
      .slice(-1);
    writeFileSync(join(project, "package.json"), JSON.stringify({ private: true, type: "module" }));
    npm(project, "install", join(project, packed), "--prefer-offline", "--omit=optional");
  });
  after(() => rmSync(project, { recursive: true, force: true }));

  test("its modules are imported by their public names, and by no others", () => {
    writeFileSync(join(project, "run.js"), RUN);
    const printed = execFileSync(process.execPath, ["run.js"], { cwd: project, encoding: "utf8" });
    assert.deepEqual(JSON.parse(printed), [
      "function",
      "0000180d-0000-1000-8000-00805f9b34fb",
      false,
      "01ab",
      "ERR_PACKAGE_PATH_NOT_EXPORTED",
    ]);
  });

  test("its types hold in a strict project", () => {
    writeFileSync(join(project, "consumer.ts"), CONSUMER);
    const options = {
      strict: true,
      module: "nodenext",
      target: "es2024",
      lib: ["es2024", "esnext.disposable", "dom", "dom.iterable"],
      types: ["web-bluetooth"],
      noEmit: true,
      exactOptionalPropertyTypes: true,
    };
    writeFileSync(
      join(project, "tsconfig.json"),
      JSON.stringify({ compilerOptions: options, files: ["consumer.ts"] }),
    );
    const compiler = join(ROOT, "node_modules/typescript/bin/tsc");
    const { status, stdout } = spawnSync(process.execPath, [compiler, "-p", project], { encoding: "utf8" });
    assert.equal(status, 0, stdout);
  });

  test("its command answers, with the package's version", () => {
    const bin = join(project, "node_modules/.bin/bondkeeper");
    const run = (...args: readonly string[]) => spawnSync(bin, args, { encoding: "utf8" });
    const { version }: { readonly version: string } = JSON.parse(
      readFileSync(join(ROOT, "package.json"), "utf8"),
    );
    const answer = run("--version");
    assert.equal(answer.status, 0, answer.stderr);
    assert.ok(answer.stdout.includes(version), answer.stdout);
    assert.equal(run("--pin", "123456").status, 64);
  });

  test("an adapter that needs a package which was left out is refused by its name", () => {
    const bin = join(project, "node_modules/.bin/bondkeeper");
    for (const [transport, name] of [
      ["usb", "usb"],
      ["serial:/dev/ttyACM0", "serialport"],
    ] as const) {
      const args = ["C0:FF:EE:00:00:01", "--transport", transport, "--store", join(project, "store")];
      const { status, stderr } = spawnSync(bin, args, { encoding: "utf8" });
      assert.equal(status, 64, stderr);
      assert.match(stderr, new RegExp(`package ${name} is not installed \\(npm install ${name}\\)`, "u"));
    }
  });

  test("an old Node is told what is missing, in words it can read", () => {
    const source = readFileSync(join(project, "node_modules/bondkeeper/bin.cjs"), "utf8");
    const old = `Object.defineProperty(process.versions, "node", { value: "12.22.9" });`;
    const { status, stderr } = spawnSync(process.execPath, ["-e", old + source.replace(/^#!.*$/mu, "")], {
      encoding: "utf8",
    });
    assert.equal(status, 70);
    assert.match(stderr, /Node 22 or newer is needed/u);
    assert.doesNotMatch(source, /=>|`|\bawait\b/u);
  });

  test("a page pays for what it imports: no lit without elements, no host without an adapter", async () => {
    const sizes: Record<string, number> = {};
    for (const [name, code, forbidden] of [
      [
        "bondkeeper",
        'export { createBondkeeper } from "bondkeeper";',
        ["lit-html", "litElement", "LE Set Scan"],
      ],
      ["verifier", 'export { takeResult } from "bondkeeper/sdk/ensure-link";', ["litElement", "indexedDB"]],
      [
        "bluetooth",
        'export { HostedBluetooth } from "bondkeeper/sdk/web-bluetooth/bluetooth";',
        ["litElement"],
      ],
    ] as const) {
      writeFileSync(join(project, `${name}.js`), code);
      const made = await build({
        root: project,
        logLevel: "error",
        configFile: false,
        build: {
          write: false,
          target: "esnext",
          lib: { entry: `${name}.js`, formats: ["es"] },
          rolldownOptions: { output: { chunkFileNames: "[name].js" } },
        },
      });
      const outputs = Array.isArray(made) ? made : [made];
      const chunks = outputs.flatMap((one) => ("output" in one ? one.output : []));
      const entry = chunks.find((chunk) => chunk.type === "chunk" && chunk.isEntry);
      assert.ok(entry?.type === "chunk");
      const parts = new Set([entry.fileName, ...entry.imports]);
      const text = chunks
        .map((one) => (one.type === "chunk" && parts.has(one.fileName) ? one.code : ""))
        .join("");
      for (const word of forbidden) assert.ok(!text.includes(word), `${name} carries ${word}`);
      sizes[name] = gzipSync(text).length;
    }
    assert.ok((sizes["bondkeeper"] ?? Infinity) < 16_000, JSON.stringify(sizes));
    assert.ok((sizes["verifier"] ?? Infinity) < 4_000, JSON.stringify(sizes));
  });
});
