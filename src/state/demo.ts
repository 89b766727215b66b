/** The demo's world as a person handles it: its chooser, and what can happen to its devices. */
import { Store } from "./store.ts";

/** One line of the demo's chooser. */
export interface DemoChoice {
  readonly key: string;
  readonly name: string;
}

export interface DemoQuestion {
  readonly devices: readonly DemoChoice[];
  /** Null closes the list without a choice. */
  readonly answer: (key: string | null) => void;
}

/** A virtual device, with what a person could do to a real one. */
export interface DemoDevice {
  readonly key: string;
  readonly name: string;
  readonly inRange: boolean;
  readonly systemBond: boolean;
  readonly deviceBond: boolean;
}

export interface DemoWorld {
  devices(): readonly DemoDevice[];
  setInRange(key: string, inRange: boolean): void;
  /** The device is reset: it forgets every bond, and the system does not notice. */
  reset(key: string): void;
  /** What a person does in the system's own settings. */
  removeSystemBond(key: string): void;
}

export class Demo {
  /** Open while the page asks for a device. */
  readonly question = new Store<DemoQuestion | null>(null);
  readonly devices: Store<readonly DemoDevice[]>;
  readonly #world: DemoWorld;

  constructor(world: DemoWorld) {
    this.#world = world;
    this.devices = new Store(world.devices());
  }

  /** The chooser: resolves with what the person picks, or null; an abort closes it, and so does a second one. */
  pick(devices: readonly DemoChoice[], signal: AbortSignal): Promise<string | null> {
    this.question.value?.answer(null);
    const { promise, resolve } = Promise.withResolvers<string | null>();
    const question: DemoQuestion = {
      devices,
      answer: (key) => {
        if (this.question.value === question) this.question.set(null);
        resolve(key);
      },
    };
    signal.addEventListener("abort", () => question.answer(null), { once: true });
    this.question.set(question);
    return promise;
  }

  setInRange(key: string, inRange: boolean): void {
    this.#world.setInRange(key, inRange);
    this.refresh();
  }

  reset(key: string): void {
    this.#world.reset(key);
    this.refresh();
  }

  removeSystemBond(key: string): void {
    this.#world.removeSystemBond(key);
    this.refresh();
  }

  refresh(): void {
    this.devices.set(this.#world.devices());
  }
}
