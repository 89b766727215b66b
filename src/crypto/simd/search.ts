import type { HashSearch, KeyedSearch } from "../../../hci/gap/resolver.ts";
import type { Bytes } from "../../../hci/ports.ts";
import { expandGroup } from "./expand.ts";
import { GROUP, GROUPS, HASH, LANES, PLANE, PRAND } from "./layout.ts";
import { searchModule } from "./program.ts";

const PAGE = 65_536;
/** Keys per call: a few tenths of a millisecond, and once, when they are expanded, a frame. */
const SLICE = 8192;

/**
 * Tries 128 IRKs at once by WebAssembly SIMD. `otherwise` takes its place, with the same results, where the platform has
 * none or the page's policy forbids it, and for keys that there is no memory for.
 */
export async function simdSearch(otherwise: HashSearch): Promise<HashSearch> {
  try {
    const module = await WebAssembly.compile(searchModule());
    return { over: (irks) => searchOver(module, irks, otherwise) };
  } catch (error) {
    if (error instanceof WebAssembly.CompileError || error instanceof ReferenceError) return otherwise;
    throw error;
  }
}

function searchOver(module: WebAssembly.Module, irks: readonly Bytes[], otherwise: HashSearch): KeyedSearch {
  try {
    return new SimdSearch(module, irks);
  } catch (error) {
    if (isRefusal(error)) return otherwise.over(irks);
    throw error;
  }
}

/** What the platform throws that cannot give the memory, or an instance of what it compiled. */
function isRefusal(error: unknown): boolean {
  const { CompileError, LinkError, RuntimeError } = WebAssembly;
  return [RangeError, CompileError, LinkError, RuntimeError].some((refusal) => error instanceof refusal);
}

class SimdSearch implements KeyedSearch {
  readonly slice = SLICE;
  readonly #irks: readonly Uint8Array[];
  readonly #memory: Uint8Array;
  readonly #run: (group: number, end: number) => void;
  /** Groups that are expanded already. */
  #ready = 0;

  constructor(module: WebAssembly.Module, irks: readonly Uint8Array[]) {
    this.#irks = irks;
    const groups = Math.ceil(irks.length / LANES);
    const memory = new WebAssembly.Memory({ initial: Math.ceil((GROUPS + groups * GROUP.size) / PAGE) });
    const { run } = new WebAssembly.Instance(module, { env: { memory } }).exports;
    if (typeof run !== "function") throw new TypeError("Cannot search: the module exports no function");
    this.#memory = new Uint8Array(memory.buffer);
    this.#run = (group, end) => void run(group, end);
  }

  find(from: number, to: number, prand: number, hash: number): readonly number[] {
    const first = Math.floor(from / LANES);
    const end = Math.ceil(Math.min(to, this.#irks.length) / LANES);
    if (first >= end) return [];
    this.#expand(end);
    this.#ask(PRAND, prand);
    this.#ask(HASH, hash);
    this.#run(addressOf(first), addressOf(end));
    const found: number[] = [];
    for (let group = first; group < end; group++) {
      for (const lane of this.#matches(group)) {
        const index = group * LANES + lane;
        if (index >= from && index < to && index < this.#irks.length) found.push(index);
      }
    }
    return found;
  }

  forget(): void {
    this.#memory.fill(0);
    this.#ready = 0;
  }

  #expand(end: number): void {
    for (; this.#ready < end; this.#ready++) {
      const from = this.#ready * LANES;
      expandGroup(this.#irks.slice(from, from + LANES), this.#memory, addressOf(this.#ready));
    }
  }

  /** Writes 24 bits as planes that are the same for all keys. */
  #ask(place: number, value: number): void {
    for (let bit = 0; bit < 24; bit++) {
      const start = place + bit * PLANE;
      this.#memory.fill((value >> (23 - bit)) & 1 ? 0xff : 0, start, start + PLANE);
    }
  }

  *#matches(group: number): Generator<number> {
    const start = addressOf(group) + GROUP.match;
    for (let i = 0; i < PLANE; i++) {
      const octet = this.#memory[start + i] ?? 0;
      if (octet === 0) continue;
      for (let bit = 0; bit < 8; bit++) if ((octet >> (7 - bit)) & 1) yield 8 * i + bit;
    }
  }
}

const addressOf = (group: number): number => GROUPS + group * GROUP.size;
