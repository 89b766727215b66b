import type { Core } from "./core.ts";
import type { LinkEnd } from "./link/end.ts";
import type { Random } from "./random.ts";
import { Refusal, Status } from "./status.ts";

/** Connection handles are 0x0000 to 0x0EFF. */
const HANDLES = 0x0f00;
const LONGEST_JUMP = 97;

/** The links of one controller, by handle. */
export class Links {
  readonly #reuse: "late" | "at once";
  readonly #limit: number;
  readonly #random: Random;
  readonly #ends = new Map<number, LinkEnd>();
  readonly #handles = new Map<LinkEnd, number>();
  #last: number;

  constructor({ settings, random }: Core) {
    this.#reuse = settings.handleReuse;
    this.#limit = settings.maxLinks;
    this.#random = random.stream("handles");
    this.#last = this.#random.below(HANDLES);
  }

  get count(): number {
    return this.#ends.size;
  }

  get full(): boolean {
    return this.#ends.size >= this.#limit;
  }

  has(role: "central" | "peripheral"): boolean {
    return [...this.#ends.values()].some((end) => end.role === role);
  }

  add(end: LinkEnd): number {
    const handle = this.#freeHandle();
    this.#ends.set(handle, end);
    this.#handles.set(end, handle);
    return handle;
  }

  remove(end: LinkEnd): void {
    const handle = this.#handles.get(end);
    if (handle === undefined) return;
    this.#handles.delete(end);
    this.#ends.delete(handle);
  }

  find(handle: number): LinkEnd | undefined {
    return this.#ends.get(handle);
  }

  /** The link a command names; refuses with 0x02 when there is none. */
  get(handle: number): LinkEnd {
    const end = this.#ends.get(handle);
    if (end === undefined) throw new Refusal(Status.UnknownConnection);
    return end;
  }

  /** Undefined for a link that is over, or not announced to the host yet. */
  handleOf(end: LinkEnd): number | undefined {
    return this.#handles.get(end);
  }

  /** There is room again for what peers have been holding back. */
  wake(): void {
    for (const end of this.#ends.values()) end.wake();
  }

  vanish(): void {
    const ends = [...this.#ends.values()];
    this.#ends.clear();
    this.#handles.clear();
    for (const end of ends) end.vanish();
  }

  #freeHandle(): number {
    let handle = this.#reuse === "late" ? this.#last + 1 + this.#random.below(LONGEST_JUMP) : 0;
    while (this.#ends.has(handle % HANDLES)) handle++;
    this.#last = handle % HANDLES;
    return this.#last;
  }
}
