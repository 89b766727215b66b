import type { Abort } from "../../ports.ts";
import type { PasskeyEntry } from "../../smp/delegate.ts";

const DIGITS = 6;

/** The buttons of a device, and whoever has it in hand: the six digits of a passkey are pressed one by one. */
export class Keypad {
  /** A question began or ended, or a button was pressed. */
  onChange: () => void = () => {};
  #digits = "";
  #entry: { readonly told: PasskeyEntry; readonly settle: (digits: string | null) => void } | undefined;

  /** How many digits stand there; null while no passkey is asked for. */
  get typed(): number | null {
    return this.#entry === undefined ? null : this.#digits.length;
  }

  /** Resolves with six digits once they were pressed, with null when the pairing ends first. */
  async enter(told: PasskeyEntry, abort: Abort): Promise<string | null> {
    const { promise, resolve } = Promise.withResolvers<string | null>();
    this.#digits = "";
    this.#entry = { told, settle: resolve };
    const over = (): void => resolve(null);
    abort.addEventListener("abort", over, { once: true });
    told.pressed("EntryStarted");
    this.onChange();
    try {
      return await promise;
    } finally {
      this.#digits = "";
      this.#entry = undefined;
      this.onChange();
    }
  }

  /** One button: a digit, or the one that takes the last digit back. Does nothing while nothing is asked for. */
  press(button: string): void {
    const entry = this.#entry;
    if (entry === undefined) return;
    if (button === "erase") {
      if (this.#digits === "") return;
      this.#digits = this.#digits.slice(0, -1);
      entry.told.pressed("DigitErased");
    } else if (/^[0-9]$/u.test(button) && this.#digits.length < DIGITS) {
      this.#digits += button;
      entry.told.pressed("DigitEntered");
    }
    if (this.#digits.length === DIGITS) {
      entry.told.pressed("EntryCompleted");
      entry.settle(this.#digits);
      this.#entry = undefined;
    }
    this.onChange();
  }
}
