/** One voice for the whole host, and another for a pairing that brings its own. Remembers how the last one went. */
import type { Keypress, PairingAbout, PairingPrompts, PairingProposal, PairingTerms } from "../pairing.ts";

/** What a pairing showed of itself, for whoever has to explain its end. */
export interface Course {
  terms: PairingTerms | undefined;
  /** The person said no, or typed nothing. */
  declined: boolean;
}

interface Pairing {
  readonly prompts: PairingPrompts;
  readonly course: Course;
}

export class RoutedPrompts implements PairingPrompts {
  readonly #others: PairingPrompts;
  readonly #pairings = new Map<string, Pairing>();

  /** `others`: for pairings that nobody registered, those that peers begin. */
  constructor(others: PairingPrompts) {
    this.#others = others;
  }

  /** Runs `pairing` with the questions about this peer going to `prompts`. One at a time for each peer. */
  async during<T>(
    peerId: string,
    prompts: PairingPrompts | undefined,
    pairing: (course: Course) => Promise<T>,
  ): Promise<T> {
    const course: Course = { terms: undefined, declined: false };
    const entry = { prompts: prompts ?? this.#others, course };
    this.#pairings.set(peerId, entry);
    try {
      return await pairing(course);
    } finally {
      if (this.#pairings.get(peerId) === entry) this.#pairings.delete(peerId);
    }
  }

  accept(proposal: PairingProposal, about: PairingAbout): Promise<boolean> {
    return this.#of(about).prompts.accept(proposal, about);
  }

  async agree(terms: PairingTerms, about: PairingAbout): Promise<boolean> {
    const { prompts, course } = this.#of(about);
    course.terms = terms;
    const agreed = await prompts.agree(terms, about);
    if (!agreed) course.declined = true;
    return agreed;
  }

  compare(digits: string, about: PairingAbout): Promise<boolean> {
    return this.#of(about).prompts.compare(digits, about);
  }

  async enter(about: PairingAbout, pressed: (key: Keypress) => void): Promise<string | null> {
    const { prompts, course } = this.#of(about);
    const digits = await prompts.enter(about, pressed);
    if (digits === null) course.declined = true;
    return digits;
  }

  display(digits: string, about: PairingAbout): void {
    this.#of(about).prompts.display(digits, about);
  }

  keypress(key: Keypress, about: PairingAbout): void {
    this.#of(about).prompts.keypress(key, about);
  }

  #of({ peer }: PairingAbout): Pairing {
    return (
      this.#pairings.get(peer.id) ?? { prompts: this.#others, course: { terms: undefined, declined: false } }
    );
  }
}
