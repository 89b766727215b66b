/** Every pairing that is under way and every bond that is kept: the one object behind dialogs, SDK and messages. */
import type { BondPorts } from "../bonds/ensure.ts";
import { lastProof } from "../bonds/evidence.ts";
import { displayName } from "../bonds/record.ts";
import { removeBond } from "../bonds/remove.ts";
import type {
  Keypress,
  PairingAbout,
  PairingPrompts,
  PairingProposal,
  PairingTerms,
} from "../link/pairing.ts";
import { isFull } from "../storage/ports.ts";
import type { BondRecord, Level } from "../storage/records.ts";
import { cleanName } from "../storage/text.ts";
import { PairingProcedure } from "./pairing-procedure.ts";
import type {
  Answer,
  AnswerOutcome,
  EndedPairing,
  PairingAsk,
  PairingEvent,
  PairingRequest,
  PairingsView,
} from "./pairing-requests.ts";
import { type Readable, Store } from "./store.ts";

export interface PairingPorts {
  readonly bond: BondPorts;
  /** Runs once after `ms` milliseconds; the result cancels it. */
  after(ms: number, run: () => void): () => void;
  onListenerError(error: unknown): void;
  /** Milliseconds that the next attempt with this peer has to wait. */
  waitMs?(peerId: string): number;
}

export interface BondedDevice {
  readonly bondId: string;
  /** `Peer.id`; null where the record came from elsewhere. */
  readonly peerId: string | null;
  /** May be empty; hostile text. */
  readonly name: string;
  /** Of the newest proof. */
  readonly level: Level | null;
  readonly provenAt: string | null;
  readonly suspect: boolean;
}

export type RemoveOutcome =
  | "removed"
  | "notFound"
  | "failed"
  /** The disk has no room to note the removal. */
  | "full"
  /** A pairing or a procedure with this device is under way: stop that first. */
  | "pending"
  /** The record is put away; the keys are the system's, and only a person can remove them there. */
  | "osOwned";

/** More at once is somebody who plays with addresses. */
const MAX_PAIRINGS = 8;
/** Ids of questions that are over are remembered, so that a late answer is told so. */
const OVER_KEPT = 256;

export class PairingManager implements PairingPrompts {
  readonly #ports: PairingPorts;
  readonly #view = new Store<PairingsView>({ requests: [], ended: null });
  readonly #procedures = new Map<AbortSignal, PairingProcedure>();
  readonly #over = new Set<string>();
  readonly #listeners = new Set<(event: PairingEvent) => void>();
  #records: readonly BondRecord[] = [];
  #started = false;
  #count = 0;
  #stopTimer: () => void = () => {};

  constructor(ports: PairingPorts) {
    this.#ports = ports;
  }

  get view(): Readable<PairingsView> {
    return this.#view;
  }

  /**
   * Must have resolved before the first connection: a peer that asks earlier is told no. Follows the store until
   * `signal` aborts. Rejects with StorageError where it cannot be read.
   */
  async start(signal: AbortSignal): Promise<void> {
    const { bonds } = this.#ports.bond.stores;
    const load = async (): Promise<void> => {
      this.#records = await bonds.all();
    };
    bonds.onChange(() => {
      load().catch((error: unknown) => this.#ports.onListenerError(error));
    }, signal);
    await load();
    this.#started = true;
  }

  get started(): boolean {
    return this.#started;
  }

  /** Those of this way to Bluetooth that are in use. */
  get bonded(): readonly BondedDevice[] {
    return this.#own()
      .filter(({ archived }) => archived === null)
      .map((record) => ({
        bondId: record.id,
        peerId: record.platformId,
        name: displayName(record),
        level: lastProof(record)?.level ?? null,
        provenAt: lastProof(record)?.at ?? null,
        suspect: record.suspect !== null,
      }));
  }

  /** `listener` hears what happens; one that throws harms nobody else. The result ends it. */
  listen(listener: (event: PairingEvent) => void): () => void {
    const own = (event: PairingEvent): void => listener(event);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  respond(requestId: string, answer: Answer): AnswerOutcome {
    const procedure = this.#holderOf(requestId);
    if (procedure === undefined) return this.#over.has(requestId) ? "too-late" : "unknown";
    const { open } = procedure;
    const outcome = procedure.answer(requestId, answer);
    if (outcome === "answered" && open !== null) {
      this.#forget(requestId);
      this.#tell({
        kind: "answered",
        peerId: procedure.about.peer.id,
        ask: open.ask.kind,
        accept: answer.accept,
      });
      this.#show();
    }
    return outcome;
  }

  /** Removes one bond, our record at once and the keys where they are ours. */
  async remove(bondId: string): Promise<RemoveOutcome> {
    const { bond } = this.#ports;
    try {
      const record = await bond.stores.bonds.get(bondId);
      if (record === undefined) return "notFound";
      const peerId = record.platformId;
      const busy = [...this.#procedures.values()].some(({ about }) => about.peer.id === peerId);
      if (busy) return "pending";
      const outcome = await bond.locks.exclusive(`bond:${peerId ?? bondId}`, () => removeBond(bondId, bond));
      if (outcome.kind === "held-elsewhere") return "pending";
      const { kind } = outcome.value;
      if (kind === "not-found") return "notFound";
      this.#tell({ kind: "removed", bondId });
      return kind === "os-owned" ? "osOwned" : "removed";
    } catch (error) {
      return isFull(error) ? "full" : "failed";
    }
  }

  /** Puts away how the last pairing ended. */
  dismiss(): void {
    this.#view.update((view) => ({ ...view, ended: null }));
  }

  async accept(proposal: PairingProposal, about: PairingAbout): Promise<boolean> {
    const procedure = this.#of(about);
    procedure.replaces = proposal.replaces;
    if (proposal.terms !== null) this.#agreed(procedure, proposal.terms);
    return (await this.#ask(procedure, { kind: "accept", proposal })).accept;
  }

  /** A method that a person takes part in speaks for itself; the others, and the old kind, are asked about. */
  async agree(terms: PairingTerms, about: PairingAbout): Promise<boolean> {
    const procedure = this.#of(about);
    this.#agreed(procedure, terms);
    const takesPart = terms.method === "passkey" || terms.method === "numeric-comparison";
    if (terms.secureConnections && takesPart) return true;
    return (await this.#ask(procedure, { kind: "agree", terms })).accept;
  }

  async compare(digits: string, about: PairingAbout): Promise<boolean> {
    return (await this.#ask(this.#of(about), { kind: "compare", digits })).accept;
  }

  async enter(about: PairingAbout, pressed: (key: Keypress) => void): Promise<string | null> {
    const procedure = this.#of(about);
    procedure.press = (key) => {
      pressed(key);
      this.#show();
    };
    const answer = await this.#ask(procedure, { kind: "enter" });
    return answer.accept ? (answer.passkey ?? null) : null;
  }

  /** Tell the peer of a key that was pressed in the field for its digits. */
  pressed(requestId: string, key: Keypress): void {
    this.#holderOf(requestId)?.press(key);
  }

  display(digits: string, about: PairingAbout): void {
    const procedure = this.#of(about);
    procedure.show(this.#newId(), digits, this.#now());
    this.#asked(procedure, "display");
  }

  keypress(key: Keypress, about: PairingAbout): void {
    const procedure = this.#of(about);
    const typed = procedure.pressed(key);
    this.#tell({ kind: "keypress", peerId: about.peer.id, typed });
    this.#show();
  }

  async #ask(procedure: PairingProcedure, ask: PairingAsk): Promise<Answer> {
    const id = this.#newId();
    const answer = procedure.ask(id, ask, this.#now());
    this.#asked(procedure, ask.kind);
    try {
      return await answer;
    } finally {
      this.#forget(id);
      this.#show();
    }
  }

  #asked(procedure: PairingProcedure, ask: PairingAsk["kind"]): void {
    const request = this.#requestOf(procedure);
    if (request !== null) {
      const { ask: _secret, ...told } = request;
      this.#tell({ kind: "asked", request: told, ask });
    }
    this.#show();
  }

  #agreed(procedure: PairingProcedure, terms: PairingTerms): void {
    procedure.terms = terms;
    this.#tell({ kind: "agreed", peerId: procedure.about.peer.id, terms });
  }

  /** The procedure of this pairing. Throws, which counts as no, before `start` and for one too many. */
  #of(about: PairingAbout): PairingProcedure {
    const { signal } = about;
    const known = this.#procedures.get(signal);
    if (known !== undefined) return known;
    if (!this.#started) throw new Error("Cannot pair: the bonds are not read yet");
    if (signal.aborted) throw new Error("Cannot answer: the pairing is over");
    if (this.#procedures.size >= MAX_PAIRINGS) throw new Error("Cannot pair: too many pairings at once");
    const procedure = new PairingProcedure(about, this.#ports.bond.backend.bonds?.localIdentity);
    this.#procedures.set(signal, procedure);
    signal.addEventListener("abort", () => this.#ended(procedure), { once: true });
    return procedure;
  }

  #ended(procedure: PairingProcedure): void {
    const { about, end, open, terms } = procedure;
    const { peer } = about;
    this.#procedures.delete(about.signal);
    if (open !== null) this.#forget(open.id);
    this.#tell({ kind: "ended", peerId: peer.id, end });
    if (end.kind === "failed" && !procedure.refused) {
      const ended = {
        peerId: peer.id,
        name: this.#nameOf(procedure),
        method: terms?.method ?? null,
        end,
        at: this.#now(),
        retryAt: null,
      };
      this.#view.update((view) => ({ ...view, ended }));
      // The wait is reckoned when the failure has reached its caller.
      this.#ports.after(0, () => this.#wait(ended));
    }
    this.#show();
  }

  #wait(ended: EndedPairing): void {
    const ms = this.#ports.waitMs?.(ended.peerId) ?? 0;
    if (ms > 0 && this.#view.value.ended === ended)
      this.#view.update((view) => ({ ...view, ended: { ...ended, retryAt: this.#now() + ms } }));
  }

  #show(): void {
    const requests = [...this.#procedures.values()].flatMap((procedure) => this.#requestOf(procedure) ?? []);
    this.#view.update(({ ended }) => ({ requests, ended: requests.length > 0 ? null : ended }));
    this.#stopTimer();
    const soonest = Math.min(...requests.map(({ expiresAt }) => expiresAt));
    if (Number.isFinite(soonest))
      this.#stopTimer = this.#ports.after(Math.max(0, soonest - this.#now()), () => this.#expire());
  }

  /** The protocol's own timer ends the pairing; a question that outlives it is a "no" all the same. */
  #expire(): void {
    for (const procedure of this.#procedures.values()) {
      const { open, about } = procedure;
      if (open === null || about.remainingMs() > 0) continue;
      this.#forget(open.id);
      procedure.answer(open.id, { accept: false });
    }
    this.#show();
  }

  #requestOf(procedure: PairingProcedure): PairingRequest | null {
    const { about, open, terms, replaces } = procedure;
    if (open === null || about.signal.aborted) return null;
    return {
      id: open.id,
      peerId: about.peer.id,
      name: this.#nameOf(procedure),
      bondId: this.#recordOf(procedure)?.id ?? null,
      ask: open.ask,
      terms,
      replaces,
      askedAt: open.askedAt,
      expiresAt: this.#now() + about.remainingMs(),
    };
  }

  /** Its own name, not the person's label: whoever imitates a device must not be given its good name. */
  #nameOf({ about }: PairingProcedure): string {
    return cleanName(about.peer.name ?? "");
  }

  /** Of the adapter that pairs: the same device may have a bond with another one as well. */
  #recordOf({ about, localIdentity: own }: PairingProcedure): BondRecord | undefined {
    return this.#own().find(
      ({ platformId, localIdentity }) =>
        platformId === about.peer.id && (own === undefined || localIdentity === own),
    );
  }

  #own(): readonly BondRecord[] {
    const { transport } = this.#ports.bond.backend.capabilities;
    return this.#records.filter((record) => record.transport === transport);
  }

  #holderOf(requestId: string): PairingProcedure | undefined {
    return [...this.#procedures.values()].find(({ open }) => open?.id === requestId);
  }

  #forget(id: string): void {
    this.#over.delete(id);
    this.#over.add(id);
    for (const oldest of this.#over) {
      if (this.#over.size <= OVER_KEPT) break;
      this.#over.delete(oldest);
    }
  }

  #newId(): string {
    return `${this.#ports.bond.surroundings.newId()}-${++this.#count}`;
  }

  #now(): number {
    return this.#ports.bond.surroundings.now();
  }

  #tell(event: PairingEvent): void {
    for (const listener of Array.from(this.#listeners)) {
      try {
        listener(event);
      } catch (error) {
        this.#ports.onListenerError(error);
      }
    }
  }
}
