/**
 * Writes the function that encrypts one block under 128 keys at once, bit by bit, and compares 24 bits of what comes out:
 * AES without tables and without branches, so the time it takes says nothing about the keys.
 */
import { BACK, COLUMN, FRONT, GROUP, HASH, OCTET, PLANE, PRAND, STATE } from "./layout.ts";
import { SBOX_GATES } from "./sbox-circuit.ts";
import type { Instructions, Local } from "./wasm.ts";
import { add, and, constant, different, FunctionBody, load, mask, not, or, sub, times, xor } from "./wasm.ts";

/** Eight planes as instructions, most significant bit first. */
type Octet = readonly Instructions[];

const BITS = [0, 1, 2, 3, 4, 5, 6, 7] as const;
const ROWS = [0, 1, 2, 3] as const;
const NONE: Instructions = [];

const at = (octet: Octet, bit: number): Instructions => octet[bit] ?? NONE;

/** Multiplication by x in GF(2⁸) of the exclusive or of two octets: bit `bit` of it. */
function doubled(a: Octet, b: Octet, bit: number): Instructions {
  const sum = (i: number): Instructions => xor(at(a, i), at(b, i));
  if (bit === 7) return sum(0);
  return bit === 3 || bit === 4 || bit === 6 ? xor(sum(bit + 1), sum(0)) : sum(bit + 1);
}

class Program {
  readonly #body = new FunctionBody("i32", "i32");
  readonly #group: Local = this.#body.parameter(0);
  readonly #end: Local = this.#body.parameter(1);
  readonly #column: Local = this.#body.local("i32");
  readonly #key: Local = this.#body.local("i32");
  readonly #source: Local = this.#body.local("i32");
  readonly #target: Local = this.#body.local("i32");
  readonly #at: Local = this.#body.local("i32");
  readonly #wrong: Local = this.#body.local("v128");
  readonly #wires = new Map<string, Local>();
  readonly #rows: readonly (readonly Local[])[] = ROWS.map(() => BITS.map(() => this.#body.local("v128")));

  /** `run(group, end)` answers for every group from the address `group` up to `end`. */
  write(): Uint8Array<ArrayBuffer> {
    const { get: group } = this.#group;
    this.#body.repeat(
      () => {
        this.#firstRound();
        this.#middleRounds();
        this.#lastRounds();
        this.#body.store(group, GROUP.match, not(this.#wrong.get));
        this.#body.set(this.#group, add(group, constant(GROUP.size)));
      },
      () => different(group, this.#end.get),
    );
    return this.#body.module();
  }

  /** Octets 13 to 15 go through the S-box; in column 3 - row they meet what was computed beforehand. */
  #firstRound(): void {
    const body = this.#body;
    const { get: group } = this.#group;
    const zero = constant(0);
    for (const row of [1, 2, 3]) {
      const place = (row - 1) * OCTET;
      const asked = BITS.map((bit) =>
        xor(load(group, GROUP.first + place + bit * PLANE), load(zero, PRAND + place + bit * PLANE)),
      );
      const s = this.#substitute(asked, this.#rows[0] ?? []);
      const column = 3 - row;
      for (const target of ROWS) {
        for (const bit of BITS) {
          const offset = column * COLUMN + target * OCTET + bit * PLANE;
          const base = load(group, GROUP.base + offset);
          const twice = xor(base, this.#doubledAlone(s, bit));
          const value =
            target === row
              ? twice
              : target === (row + 3) % 4
                ? xor(twice, at(s, bit))
                : xor(base, at(s, bit));
          body.store(zero, FRONT + offset, value);
        }
      }
    }
    for (let offset = 3 * COLUMN; offset < STATE; offset += PLANE)
      body.store(zero, FRONT + offset, load(group, GROUP.base + offset));
  }

  /** Rounds 2 to 8, column by column. */
  #middleRounds(): void {
    const body = this.#body;
    const { get: column } = this.#column;
    const { get: key } = this.#key;
    body.set(this.#key, add(this.#group.get, constant(GROUP.rounds)));
    body.set(this.#source, constant(FRONT));
    body.set(this.#target, constant(BACK));
    body.repeat(
      () => {
        body.set(this.#column, constant(0));
        body.repeat(
          () => {
            const rows = ROWS.map((row) => {
              // ShiftRows: row r of this column comes from column + r
              const shifted = add(column, constant(row * (COLUMN + OCTET)));
              body.set(this.#at, add(this.#source.get, mask(shifted, constant(STATE - 1))));
              return this.#substitute(this.#loaded(this.#at.get, 0), this.#rows[row] ?? []);
            });
            body.set(this.#at, add(this.#target.get, column));
            for (const row of ROWS) {
              for (const bit of BITS) {
                const offset = row * OCTET + bit * PLANE;
                body.store(this.#at.get, offset, xor(this.#mixed(rows, row, bit), load(key, offset)));
              }
            }
            body.set(this.#key, add(key, constant(COLUMN)));
            body.set(this.#column, add(column, constant(COLUMN)));
          },
          () => different(column, constant(STATE)),
        );
        body.set(this.#source, sub(constant(FRONT + BACK), this.#source.get));
        body.set(this.#target, sub(constant(FRONT + BACK), this.#target.get));
      },
      () => different(key, add(this.#group.get, constant(GROUP.last))),
    );
  }

  /** Round 9 for the one octet of each of columns 0 to 2 that round 10 moves into the hash, and round 10 for these. */
  #lastRounds(): void {
    const body = this.#body;
    const { get: column } = this.#column;
    body.set(this.#column, constant(0));
    body.set(this.#key, add(this.#group.get, constant(GROUP.last)));
    body.set(this.#target, constant(HASH));
    body.set(this.#wrong, xor(this.#wrong.get, this.#wrong.get));
    body.repeat(
      () => {
        // Rows are counted from column + 1, the row that is asked for
        const rows = ROWS.map((step) => {
          const row = mask(add(column, constant(step + 1)), constant(3));
          const from = mask(add(column, row), constant(3));
          const place = add(times(from, constant(COLUMN)), times(row, constant(OCTET)));
          body.set(this.#at, add(this.#source.get, place));
          return this.#substitute(this.#loaded(this.#at.get, 0), this.#rows[step] ?? []);
        });
        const ninth = BITS.map((bit) => xor(this.#mixed(rows, 0, bit), load(this.#key.get, bit * PLANE)));
        const tenth = this.#substitute(ninth, this.#rows[0] ?? []);
        for (const bit of BITS) {
          const given = xor(at(tenth, bit), load(this.#key.get, 3 * OCTET + bit * PLANE));
          body.set(this.#wrong, or(this.#wrong.get, xor(given, load(this.#target.get, bit * PLANE))));
        }
        body.set(this.#key, add(this.#key.get, constant(OCTET)));
        body.set(this.#target, add(this.#target.get, constant(OCTET)));
        body.set(this.#column, add(column, constant(1)));
      },
      () => different(column, constant(3)),
    );
  }

  #loaded(address: Instructions, offset: number): Octet {
    return BITS.map((bit) => load(address, offset + bit * PLANE));
  }

  /** MixColumns: row `row` of a column, bit `bit`. */
  #mixed(rows: readonly Octet[], row: number, bit: number): Instructions {
    const [a = [], b = [], c = [], d = []] = ROWS.map((step) => rows[(row + step) % 4] ?? []);
    return xor(doubled(a, b, bit), xor(at(b, bit), xor(at(c, bit), at(d, bit))));
  }

  #doubledAlone(a: Octet, bit: number): Instructions {
    if (bit === 7) return at(a, 0);
    return bit === 3 || bit === 4 || bit === 6 ? xor(at(a, bit + 1), at(a, 0)) : at(a, bit + 1);
  }

  /** SubBytes without its constant, into the given variables. */
  #substitute(input: Octet, into: readonly Local[]): Octet {
    const wires = new Map<string, Local>();
    const wire = (name: string): Local => {
      const known = wires.get(name) ?? this.#wires.get(name) ?? this.#body.local("v128");
      (name.startsWith("s") ? wires : this.#wires).set(name, known);
      return known;
    };
    for (const bit of BITS) {
      const local = into[bit];
      if (local !== undefined) wires.set(`s${bit}`, local);
    }
    for (const bit of BITS) this.#body.set(wire(`x${bit}`), at(input, bit));
    for (const { out, left, right, kind } of SBOX_GATES) {
      const [a, b] = [wire(left).get, wire(right).get];
      this.#body.set(wire(out), kind === "and" ? and(a, b) : xor(a, b));
    }
    return into.map(({ get }) => get);
  }
}

/** The module: `env.memory` in, `run(group, end)` out; see `layout.ts` for what lies where. */
export function searchModule(): Uint8Array<ArrayBuffer> {
  return new Program().write();
}
