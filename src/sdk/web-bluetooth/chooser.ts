/** What happens while a person chooses: a list that lives, and one answer. Any screen can be put on it. */
import { addressKey } from "../../../hci/gap/address.ts";
import type { Advertisement } from "../../../hci/gap/advertisement.ts";
import type { Stack } from "../../../hci/device/stack.ts";
import type { Uuid } from "../../../hci/codec/uuid.ts";
import type { Address } from "../../../hci/ports.ts";
import { cleanName } from "../../storage/text.ts";
import type { DeviceRequest } from "./filters.ts";
import { hear, type Heard, matchesRequest, NOTHING_HEARD } from "./heard.ts";
import { recognise } from "./recognise.ts";

/** One line of the list. */
export interface ChooserEntry {
  /** Stands for the device as long as this chooser is open. */
  readonly key: string;
  /** Hostile text, cleaned so that it can be shown as plain text; may be empty. Null where the device says none. */
  readonly name: string | null;
  /** dBm, of the newest report. */
  readonly rssi: number | null;
  /** Our key store holds a bond with it. */
  readonly bonded: boolean;
}

export type ChooserState = "scanning" | "adapter-gone" | "failed";

export interface DeviceChooser {
  readonly state: ChooserState;
  /** In the order in which they were first heard, so that no line moves under a finger. */
  readonly entries: readonly ChooserEntry[];
  /** Called at most every 100 ms; the result ends it. */
  onChange(listener: () => void): () => void;
  /** False for a key that is not in the list (any more). */
  choose(key: string): boolean;
  cancel(): void;
  /** Settles once, whatever ended the choice; never rejects. */
  readonly closed: Promise<void>;
}

/** A device that is known already, such as one with a link: it does not advertise now. */
export interface KnownDevice extends Chosen {
  readonly services: readonly Uuid[];
}

export interface Chosen {
  readonly address: Address;
  readonly name: string | null;
}

/** Someone can invent devices faster than anybody reads: the list ends here, and so does what is remembered. */
const MAX_HEARD = 1000;
const MAX_SHOWN = 200;
const CHANGE_MS = 100;

interface Candidate {
  readonly key: string;
  readonly address: Address;
  heard: Heard;
  rssi: number | null;
}

export class Choosing implements DeviceChooser {
  readonly closed: Promise<void>;
  readonly #stack: Stack;
  readonly #request: DeviceRequest;
  readonly #bonded: ReadonlySet<number>;
  readonly #candidates = new Map<number, Candidate>();
  readonly #listeners = new Set<() => void>();
  readonly #answer = Promise.withResolvers<Chosen | undefined>();
  #state: ChooserState = "scanning";
  #stopTimer: (() => void) | undefined;
  #over = false;

  constructor(
    stack: Stack,
    request: DeviceRequest,
    { bonded, known }: { readonly bonded: readonly Address[]; readonly known: readonly KnownDevice[] },
  ) {
    this.#stack = stack;
    this.#request = request;
    this.#bonded = new Set(bonded.map(addressKey));
    for (const { address, name, services } of known) {
      const heard = { ...NOTHING_HEARD, name: name ?? undefined, services: new Set(services) };
      this.#candidates.set(addressKey(address), {
        key: String(addressKey(address)),
        address,
        heard,
        rssi: null,
      });
    }
    this.closed = this.#answer.promise.then(() => {});
  }

  get state(): ChooserState {
    return this.#state;
  }

  get entries(): readonly ChooserEntry[] {
    return [...this.#candidates.values()]
      .filter(({ heard }) => matchesRequest(heard, this.#request))
      .slice(0, MAX_SHOWN)
      .map(({ key, address, heard, rssi }) => ({
        key,
        name: nameOf(heard),
        rssi,
        bonded: this.#bonded.has(addressKey(address)),
      }));
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  choose(key: string): boolean {
    const candidate = [...this.#candidates.values()].find((one) => one.key === key);
    if (candidate === undefined || this.#over) return false;
    this.#end({ address: candidate.address, name: nameOf(candidate.heard) });
    return true;
  }

  cancel(): void {
    this.#end(undefined);
  }

  /** The stack went away under the list. */
  adapterGone(): void {
    this.#become("adapter-gone");
  }

  /** Scans until somebody answered. */
  async answer(): Promise<Chosen | undefined> {
    const started = this.#stack.scanner.start({ active: true, duplicates: { report: "all" } }, (report) =>
      this.#report(report),
    );
    started.catch(() => this.#become("failed"));
    if (this.#candidates.size > 0) this.#changedSoon();
    try {
      return await this.#answer.promise;
    } finally {
      this.#stopTimer?.();
      void started.then(
        (scan) => scan.stop(),
        () => {}, // said above
      );
    }
  }

  #end(chosen: Chosen | undefined): void {
    this.#over = true;
    this.#listeners.clear();
    this.#answer.resolve(chosen);
  }

  #report(advertisement: Advertisement): void {
    const { address } = advertisement;
    if (address === undefined) return;
    recognise(this.#stack, address, (identity) => this.#take(identity, advertisement));
  }

  #take(address: Address, advertisement: Advertisement): void {
    if (this.#over) return;
    const number = addressKey(address);
    const known = this.#candidates.get(number);
    if (known === undefined && this.#candidates.size >= MAX_HEARD) return;
    const candidate = known ?? { key: String(number), address, heard: NOTHING_HEARD, rssi: null };
    candidate.heard = hear(candidate.heard, advertisement.fields());
    candidate.rssi = advertisement.rssi ?? candidate.rssi;
    this.#candidates.set(number, candidate);
    this.#changedSoon();
  }

  #become(state: ChooserState): void {
    this.#state = state;
    this.#changedSoon();
  }

  #changedSoon(): void {
    this.#stopTimer ??= this.#stack.host.clock.after(CHANGE_MS, () => {
      this.#stopTimer = undefined;
      for (const listener of this.#listeners) listener();
    });
  }
}

function nameOf({ name }: Heard): string | null {
  return name === undefined ? null : cleanName(name);
}
