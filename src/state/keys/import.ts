/** Keys from the files of another program: looked at, chosen device by device, stored in one write, undone. */
import { ArchiveError, type ArchiveProblem } from "../../formats/archive/problem.ts";
import { unpack } from "../../formats/archive/unpack.ts";
import { type Finding, RULES } from "../../formats/keys/findings.ts";
import { importKeys, type KeyImport } from "../../formats/keys/import.ts";
import { type PreviewEntry, preview } from "../../formats/keys/preview.ts";
import { KeyFileError, type KeyFileProblem } from "../../formats/keys/problem.ts";
import type { KeyRecord } from "../../formats/keys/record.ts";
import type { AdapterRow } from "../../storage/keys/rows.ts";
import type { Restored } from "../../storage/keys/restore.ts";
import type { App } from "../app.ts";
import { Store } from "../store.ts";
import { ASIDE, ownAddress } from "./key-list.ts";
import { keyRecordOf, vaultRecordOf } from "./records.ts";
import type { PageKeys } from "./screen.ts";
import { vaultProblem, type VaultProblem } from "./vault.ts";

/** A file as the browser hands it over; `path` is all that it tells of where it was. */
export interface PickedKeyFile {
  readonly path: string;
  /** Octets. */
  readonly size: number;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** What is odd, in words. `where` is text from the file. */
export interface Remark extends Pick<Finding, "action" | "where" | "detail"> {
  readonly says: string;
}

export interface ImportEntry extends PreviewEntry {
  /** What is odd about it. */
  readonly findings: readonly Remark[];
}

export type KeyImportView =
  | { readonly step: "idle" }
  | { readonly step: "working"; readonly what: "read" | "store" }
  | { readonly step: "refused"; readonly name: string; readonly problem: KeyFileProblem | ArchiveProblem }
  | { readonly step: "failed"; readonly problem: VaultProblem }
  | {
      readonly step: "preview";
      readonly name: string;
      readonly found: KeyImport;
      readonly entries: readonly ImportEntry[];
      /** About no device in particular. */
      readonly findings: readonly Remark[];
      /** Positions in `entries` of what is to be stored. */
      readonly chosen: ReadonlySet<number>;
      /** Whose bonds they become. */
      readonly target: string;
      readonly adapters: readonly AdapterRow[];
    };

type Preview = Extract<KeyImportView, { readonly step: "preview" }>;

/** Together, before anything is read into memory. What comes out of an archive is bounded by its reader. */
const MAX_PICKED_OCTETS = 64 * 2 ** 20;
const MAX_PICKED_FILES = 20_000;

export class KeyImportScreen {
  readonly view = new Store<KeyImportView>({ step: "idle" });
  readonly #app: App;
  readonly #page: PageKeys;

  constructor(app: App, page: PageKeys) {
    this.#app = app;
    this.#page = page;
  }

  async read(files: readonly PickedKeyFile[]): Promise<void> {
    const name = nameOf(files);
    this.view.set({ step: "working", what: "read" });
    try {
      const contents = await unpack(await contentsOf(files));
      const { keys } = this.#page;
      const [aes, adapters] = await Promise.all([this.#page.aes(), keys.adapters.all()]);
      const here = adapters.flatMap((adapter) => ownAddress(adapter) ?? []);
      const found = importKeys(contents, { aes, ...(here.length === 0 ? {} : { adapters: here }) });
      const known = (await keys.export()).map(keyRecordOf);
      this.view.set(previewOf(name, found, preview(found, known), adapters));
    } catch (error) {
      if (error instanceof KeyFileError || error instanceof ArchiveError)
        this.view.set({ step: "refused", name, problem: error.problem });
      else this.view.set({ step: "failed", problem: vaultProblem(error) });
    }
  }

  choose(index: number, wanted: boolean): void {
    this.#change((view) => {
      const chosen = new Set(view.chosen);
      if (wanted && view.entries[index]?.state !== "same") chosen.add(index);
      else chosen.delete(index);
      return { ...view, chosen };
    });
  }

  /** All that would change something, or none. */
  chooseAll(wanted: boolean): void {
    this.#change((view) => ({ ...view, chosen: wanted ? news(view.entries) : new Set() }));
  }

  assign(target: string): void {
    this.#change((view) => ({ ...view, target }));
  }

  close(): void {
    this.view.set({ step: "idle" });
  }

  /** One write: all that was chosen, or nothing. */
  async store(): Promise<void> {
    const view = this.view.value;
    if (view.step !== "preview" || view.chosen.size === 0) return;
    const { found, entries, chosen, target, adapters, name } = view;
    this.view.set({ step: "working", what: "store" });
    const at = new Date(this.#app.ports.surroundings.now()).toISOString();
    const adapter = adapters.find(({ id }) => id === target);
    const place = { adapter: target, local: adapter === undefined ? null : ownAddress(adapter) };
    const origin = { from: `${found.format}: ${name}`.slice(0, 200), at };
    const records = entries
      .filter((_, index) => chosen.has(index))
      .map(({ bond, known }) => vaultRecordOf(asKnown(bond, known), place, origin));
    try {
      const restored = await this.#page.keys.restore(records);
      this.#tell(restored);
      this.view.set({ step: "idle" });
    } catch (error) {
      this.view.set({ step: "failed", problem: vaultProblem(error) });
    }
    // A restore is silent, so that a start is: here somebody looks on.
    this.#page.touched();
  }

  #tell(restored: Restored): void {
    const { notices } = this.#app;
    const { added, refused } = restored;
    const words = added === 1 ? "1 key was imported" : `${added} keys were imported`;
    const left = refused.length === 0 ? "" : `; ${refused.length} could not be stored`;
    notices.done(`${words}${left}. None is proven yet`, added === 0 ? null : () => void this.#undo(restored));
  }

  async #undo(restored: Restored): Promise<void> {
    try {
      if (await restored.undo()) this.#app.notices.done("The import was taken back");
      else this.#app.notices.problem("One of the bonds changed since: nothing was taken back");
    } catch (error) {
      this.view.set({ step: "failed", problem: vaultProblem(error) });
    }
    this.#page.touched();
  }

  #change(change: (view: Preview) => Preview): void {
    const view = this.view.value;
    if (view.step === "preview") this.view.set(change(view));
  }
}

/** A host that files the device under the private address of one day means the one we know by its identity key. */
export function asKnown(bond: KeyRecord, known: KeyRecord | null): KeyRecord {
  return known === null ? bond : { ...bond, peer: known.peer, local: known.local ?? bond.local };
}

async function contentsOf(
  files: readonly PickedKeyFile[],
): Promise<ReadonlyMap<string, Uint8Array<ArrayBuffer>>> {
  const octets = files.reduce((sum, { size }) => sum + size, 0);
  if (octets > MAX_PICKED_OCTETS)
    throw new KeyFileError({ kind: "too-large", octets, limit: MAX_PICKED_OCTETS });
  if (files.length > MAX_PICKED_FILES)
    throw new KeyFileError({ kind: "too-many", what: "files", limit: MAX_PICKED_FILES });
  const contents = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const file of files) contents.set(file.path, new Uint8Array(await file.arrayBuffer()));
  return contents;
}

function previewOf(
  name: string,
  found: KeyImport,
  entries: readonly PreviewEntry[],
  adapters: readonly AdapterRow[],
): Preview {
  const addresses = new Set(entries.map(({ bond }) => bond.peer.address));
  const remarks = found.findings.map(({ rule, action, where, detail }) => {
    const { says } = RULES[rule];
    return { says, action, where, detail };
  });
  const about = Map.groupBy(remarks, ({ where }) => {
    const address = where.slice(0, 17).toUpperCase();
    return addresses.has(address) ? address : "";
  });
  const all = entries.map((entry) => ({ ...entry, findings: about.get(entry.bond.peer.address) ?? [] }));
  return {
    step: "preview",
    name,
    found,
    entries: all,
    findings: about.get("") ?? [],
    chosen: news(all),
    target: likelyTarget(entries, adapters),
    adapters,
  };
}

/** The adapter that made them, if it was used here; else they wait. Nobody's bonds go to another adapter unasked. */
export function likelyTarget(entries: readonly PreviewEntry[], adapters: readonly AdapterRow[]): string {
  const made = new Set(entries.flatMap(({ bond }) => bond.local?.address ?? []));
  const fits = adapters.filter((adapter) => made.has(ownAddress(adapter)?.address ?? ""));
  const [only, another] = fits;
  return only === undefined || another !== undefined ? ASIDE : only.id;
}

const news = (entries: readonly PreviewEntry[]): ReadonlySet<number> =>
  new Set(entries.flatMap(({ state }, index) => (state === "same" ? [] : [index])));

function nameOf(files: readonly PickedKeyFile[]): string {
  const [first, second] = files;
  if (first === undefined) return "";
  return second === undefined ? first.path : `${first.path.split("/")[0] ?? ""} (${files.length} files)`;
}
