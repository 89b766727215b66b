/** The room of the simulator as a person handles it: devices that show digits, forget and come back, and a plug. */
import { type Readable, Store } from "../store.ts";

export interface SimulatedDevice {
  readonly key: string;
  readonly name: string;
  readonly connected: boolean;
  /** It has a bond with somebody. */
  readonly bonded: boolean;
  /** The six digits on its display, until it is disconnected. */
  readonly digits: string | null;
  /** As the device counts, since the page was loaded: pairings that ended well, and links encrypted with a key it had kept. */
  readonly paired: number;
  readonly encrypted: number;
  /** How many digits were pressed on its buttons; null while it asks for none, and where it has no buttons. */
  readonly typed: number | null;
  /** What its tag says, in hexadecimal: out-of-band data for one pairing. Null where it has no tag. */
  readonly code: string | null;
}

export interface SimulatedRoom {
  devices(): readonly SimulatedDevice[];
  readonly plugged: boolean;
  /** As by its reset button: it forgets every bond. */
  forget(key: string): void;
  /** A button of its keypad: a digit, or "erase". */
  press(key: string, button: string): void;
  unplug(): Promise<void>;
  plugIn(): void;
  /** Another dongle of the same kind: with another address, and so without our bonds. */
  replace(): Promise<void>;
}

export interface SimulationView {
  readonly devices: readonly SimulatedDevice[];
  readonly plugged: boolean;
}

/** Where nothing is made of code. */
export const NO_SIMULATION: Readable<SimulationView> = {
  value: { devices: [], plugged: true },
  watch: () => () => {},
};

export class Simulation {
  readonly view: Store<SimulationView>;
  readonly #room: SimulatedRoom;

  constructor(room: SimulatedRoom) {
    this.#room = room;
    this.view = new Store({ devices: room.devices(), plugged: room.plugged });
  }

  forget(key: string): void {
    this.#room.forget(key);
    this.look();
  }

  press(key: string, button: string): void {
    this.#room.press(key, button);
    this.look();
  }

  async unplug(): Promise<void> {
    await this.#room.unplug();
    this.look();
  }

  plugIn(): void {
    this.#room.plugIn();
    this.look();
  }

  async replace(): Promise<void> {
    await this.#room.replace();
    this.look();
  }

  /** Something happened in the room. */
  look(): void {
    this.view.set({ devices: this.#room.devices(), plugged: this.#room.plugged });
  }
}
