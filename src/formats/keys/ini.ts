/**
 * Key files as GLib reads and writes them, kept line by line, so that what is not changed comes out as it went in.
 * A group may appear twice; the last line of a key counts.
 */
import { linesOf } from "./input.ts";

interface Line {
  readonly text: string;
  /** The group it is in; null before the first. */
  readonly group: string | null;
  readonly key?: string;
  /** As written, escapes included. */
  readonly value?: string;
}

/** Group → keys with their values as written, in file order. */
export type IniGroups = readonly (readonly [
  group: string,
  entries: readonly (readonly [key: string, value: string])[],
])[];

/** Lines end with CR LF in files that went through other systems. */
const GROUP = /^\s*\[([^[\]\p{Cc}]+)\]\s*$/u;
const COMMENT = /^\s*(?:#.*)?$/su;

export class IniFile {
  #lines: Line[];
  #index: ReadonlyMap<string, ReadonlyMap<string, string>> | undefined;
  /** The last line has an end: a file that stops within a line may be cut. */
  readonly ended: boolean;
  /** The group of the last line, where a cut would show. */
  readonly lastGroup: string | null;

  private constructor(lines: Line[], ended: boolean) {
    this.#lines = lines;
    this.ended = ended;
    this.lastGroup = lines.at(-1)?.group ?? null;
  }

  /** The number of the first line that is neither a group, an entry nor a comment, or the file. */
  static parse(text: string): IniFile | { readonly badLine: number } {
    const texts = [...linesOf(text)];
    const ended = texts.at(-1) === "";
    if (ended) texts.pop();
    const lines: Line[] = [];
    let group: string | null = null;
    for (const [i, line] of texts.entries()) {
      const head = GROUP.exec(line)?.[1];
      const [key, value] = entryOf(line);
      if (head !== undefined) {
        group = head;
        lines.push({ text: line, group });
      } else if (COMMENT.test(line)) lines.push({ text: line, group });
      else if (group !== null && key !== undefined && value !== undefined)
        lines.push({ text: line, group, key, value });
      else return { badLine: i + 1 };
    }
    return new IniFile(lines, ended || texts.length === 0);
  }

  static empty(): IniFile {
    return new IniFile([], true);
  }

  static of(groups: IniGroups): IniFile {
    const file = IniFile.empty();
    for (const [group, entries] of groups) {
      file.#addGroup(group);
      for (const [key, value] of entries) file.#lines.push({ text: `${key}=${value}`, group, key, value });
    }
    return file;
  }

  get groups(): IniGroups {
    return [...this.#read()].map(([name, entries]) => [name, [...entries]]);
  }

  has(group: string): boolean {
    return this.#read().has(group);
  }

  /** The value as written, without white space at its end. */
  get(group: string, key: string): string | undefined {
    return this.#read().get(group)?.get(key)?.trimEnd();
  }

  /** Made once: asking line by line would let a long file cost the square of its length. */
  #read(): ReadonlyMap<string, ReadonlyMap<string, string>> {
    if (this.#index !== undefined) return this.#index;
    const groups = new Map<string, Map<string, string>>();
    for (const { group, key, value } of this.#lines) {
      if (group === null) continue;
      const entries = groups.get(group) ?? new Map<string, string>();
      groups.set(group, entries);
      if (key !== undefined) entries.set(key, value ?? "");
    }
    this.#index = groups;
    return groups;
  }

  set(group: string, key: string, value: string): void {
    const line: Line = { text: `${key}=${value}`, group, key, value };
    const old = this.#lines.findLastIndex((other) => other.group === group && other.key === key);
    this.#index = undefined;
    if (old >= 0) {
      this.#lines[old] = line;
      return;
    }
    if (!this.#lines.some((other) => other.group === group)) this.#addGroup(group);
    const last = this.#lines.findLastIndex((other) => other.group === group && other.text.trim() !== "");
    this.#lines.splice(last + 1, 0, line);
  }

  /** Takes `keys` out of `group`, and the group with them where nothing else is in it. */
  remove(group: string, keys: readonly string[]): void {
    this.#index = undefined;
    this.#lines = this.#lines.filter(
      (line) => line.group !== group || line.key === undefined || !keys.includes(line.key),
    );
    if (this.#lines.some((line) => line.group === group && line.key !== undefined)) return;
    this.#lines = this.#lines.filter((line) => line.group !== group);
  }

  print(): string {
    return this.#lines.map(({ text }) => `${text}\n`).join("");
  }

  #addGroup(group: string): void {
    if (this.#lines.length > 0 && this.#lines.at(-1)?.text !== "")
      this.#lines.push({ text: "", group: this.#lines.at(-1)?.group ?? null });
    this.#lines.push({ text: `[${group}]`, group });
  }
}

/** Nothing where the line has no name and `=`. */
function entryOf(line: string): readonly string[] {
  const at = line.indexOf("=");
  const key = line.slice(0, Math.max(at, 0)).trim();
  return key === "" || key.startsWith("[") ? [] : [key, line.slice(at + 1).trimStart()];
}

const ESCAPES: Readonly<Record<string, string>> = { s: " ", n: "\n", t: "\t", r: "\r", "\\": "\\" };

/** A text value without its escapes; unknown ones stay. */
export function unescapeValue(value: string): string {
  return value.replaceAll(/\\(.)/gsu, (whole, mark: string) => ESCAPES[mark] ?? whole);
}

/** Text as a value. */
export function escapeValue(text: string): string {
  return text
    .replaceAll("\\", "\\\\")
    .replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r")
    .replaceAll("\t", "\\t")
    .replace(/^ +/u, (spaces) => "\\s".repeat(spaces.length));
}
