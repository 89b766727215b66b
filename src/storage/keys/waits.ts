/**
 * Waiting times after failed pairings, kept over a restart: else a page that is reloaded, or a service that is started
 * anew, could try codes as fast as it starts. Who waits and until when, and nothing else.
 */
import type { Address } from "../../../hci/ports.ts";
import { fields, fitting, integer, nullable, pattern, type Check, type Checked } from "../check.ts";
import { time } from "../rows.ts";
import { addressOf, idOfAddress } from "./ids.ts";

export const waitRow = fields({
  /** Null: everybody. */
  peer: nullable(
    pattern(/^(?:public|static|resolvable|nonresolvable)-[\da-f]{12}$/u, "an address id such as static-…"),
  ),
  /** When it is over. */
  until: time,
  /** Milliseconds: what the next failure costs. */
  nextMs: integer(1, 3_600_000),
} satisfies Record<string, Check<unknown>>);

export type WaitRow = Checked<typeof waitRow>;

/** As the host stack has it. */
export interface StoredWait {
  readonly peer: Address | null;
  readonly remainingMs: number;
  readonly nextMs: number;
}

/** Where the rows stand, all of them replaced at once. */
export interface WaitRows {
  read(): Promise<readonly unknown[]>;
  write(rows: readonly WaitRow[]): Promise<void>;
}

/** A day without a failure, and the next one costs what the first one does. */
const FORGOTTEN_MS = 86_400_000;

export class Waits {
  readonly #rows: WaitRows;
  readonly #now: () => number;
  readonly #onError: (error: unknown) => void;

  /** `onError`: rows that cannot be read or written cost an attacker less time, and nobody a bond. */
  constructor(rows: WaitRows, now: () => number, onError: (error: unknown) => void) {
    this.#rows = rows;
    this.#now = now;
    this.#onError = onError;
  }

  /** Those that still count. Never rejects. */
  async load(): Promise<readonly StoredWait[]> {
    try {
      return (await this.#rows.read()).flatMap((raw) => this.#waitIn(raw));
    } catch (error) {
      this.#onError(error);
      return [];
    }
  }

  /** In place of what stands there. Never rejects. */
  async save(waits: readonly StoredWait[]): Promise<void> {
    const now = this.#now();
    try {
      await this.#rows.write(
        waits.map(({ peer, remainingMs, nextMs }) => ({
          peer: peer && idOfAddress(peer),
          until: new Date(Math.round(now + remainingMs)).toISOString(),
          nextMs,
        })),
      );
    } catch (error) {
      this.#onError(error);
    }
  }

  /** A wall clock that was set back makes no wait longer than a failure does. */
  #waitIn(raw: unknown): readonly StoredWait[] {
    const row = fitting(waitRow, raw);
    if (row === undefined) return []; // a damaged one counts as absent
    const remaining = Date.parse(row.until) - this.#now();
    if (remaining < -FORGOTTEN_MS) return [];
    const { peer, nextMs } = row;
    return [{ peer: peer === null ? null : addressOf(peer), remainingMs: Math.max(0, remaining), nextMs }];
  }
}
