/** What a command tells: lines for a person, or one JSON object a line for a program. No key is ever part of it. */
import type { BondResult, StepReport } from "../bonds/result.ts";
import type { System } from "../state/platform.ts";
import { explainResult, resultTitle } from "../ui/explain/results.ts";
import { EVIDENCE, LEVEL_WORDS, stepLine } from "../ui/result-text.ts";

export interface Writes {
  write(text: string): unknown;
}

export interface OutputOptions {
  /** Results. */
  readonly out: Writes;
  /** Warnings and questions. */
  readonly err: Writes;
  readonly json: boolean;
  /** Steps as they begin, not only as they end. */
  readonly verbose: boolean;
  readonly system: System;
}

/** Name and value of one line. */
export type Line = readonly [name: string, value: string];

export type Row = Readonly<Record<string, string | number | boolean | null>>;

export class Output {
  readonly #options: OutputOptions;

  constructor(options: OutputOptions) {
    this.#options = options;
  }

  get json(): boolean {
    return this.#options.json;
  }

  /** Versions, adapter, device: what a report needs to be understood later. */
  header(lines: readonly Line[]): void {
    if (this.#options.json) return this.#object({ type: "header", ...Object.fromEntries(lines) });
    for (const [name, value] of lines) this.#line(name, value);
  }

  step(report: StepReport): void {
    const { json, verbose, system } = this.#options;
    if (json) return this.#object({ type: "step", ...report });
    if (report.status === "started" && report.note === null && !verbose) return;
    this.#line(...stepLine(report, { system }));
  }

  result(result: BondResult): void {
    const { json, system } = this.#options;
    if (json) {
      const { steps: _steps, failure: _failure, ...facts } = result;
      const wait = waitOf(result);
      return this.#object({ type: "result", ...facts, ...(wait === null ? {} : { retryAfterMs: wait }) });
    }
    const reason = result.reason === null ? "" : `, ${result.reason}`;
    this.#line("result", `${result.code} ${result.name}${reason}`);
    this.#line("evidence", EVIDENCE[result.evidence]);
    if (result.level !== null) this.#line("level", LEVEL_WORDS[result.level]);
    if (result.keySize !== null) this.#line("key size", `${result.keySize} octets`);
    this.#line("last proof", result.provenAt ?? "none");
    const wait = waitOf(result);
    if (wait !== null) this.#line("wait", `${Math.ceil(wait / 1_000)} s before the next try`);
    const { happened, untouched, next } = explainResult(result, system);
    const said = [resultTitle(result), happened, untouched, ...next.map((step) => `- ${step}`)];
    this.#options.out.write(`\n${said.filter((line) => line !== "").join("\n")}\n`);
  }

  /** Rows of a list; `empty` is said where there is none. */
  rows(type: string, rows: readonly Row[], empty: string): void {
    if (this.#options.json) return rows.forEach((row) => this.#object({ type, ...row }));
    if (rows.length === 0) return this.say(empty);
    const names = Object.keys(rows[0] ?? {});
    const cells = rows.map((row) => names.map((name) => cell(row[name])));
    const widths = names.map((name, i) => Math.max(name.length, ...cells.map((row) => row[i]?.length ?? 0)));
    const line = (row: readonly string[]): string =>
      row
        .map((text, i) => text.padEnd(widths[i] ?? 0))
        .join("  ")
        .trimEnd();
    this.#options.out.write(`${[names, ...cells].map(line).join("\n")}\n`);
  }

  /** One sentence of what was done. */
  say(text: string): void {
    if (this.#options.json) this.#object({ type: "note", text });
    else this.#options.out.write(`${text}\n`);
  }

  /** One sentence that must not be taken for a result. */
  warn(text: string): void {
    this.#options.err.write(`${text}\n`);
  }

  #line(name: string, value: string): void {
    this.#options.out.write(`${name.padEnd(12)} ${value}\n`);
  }

  #object(value: Readonly<Record<string, unknown>>): void {
    this.#options.out.write(`${JSON.stringify(value)}\n`);
  }
}

/** Milliseconds that we make everybody wait after failed pairings, also from one run to the next. */
function waitOf({ failure }: BondResult): number | null {
  return failure?.kind === "pairing-failed" ? (failure.retryAfterMs ?? null) : null;
}

/** Hostile names stay on their line and cannot steer the terminal. */
function cell(value: Row[string] | undefined): string {
  return String(value ?? "–")
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ")
    .trim();
}
