import type { Page } from "@playwright/test";

export interface ChooserEntry {
  /** The address of the peripheral. */
  readonly id: string;
  /** Empty with the emulation, as advertised with BlueZ. */
  readonly name: string;
}

/** What a person does with the list: takes one, closes the window, or waits for more. */
export type Pick = (devices: readonly ChooserEntry[]) => ChooserEntry | "cancel" | "wait";

export const pickFirst: Pick = (devices) => devices[0] ?? "wait";
export const pickNothing: Pick = () => "wait";
export const pickCancel: Pick = () => "cancel";

export function pickAddress(address: string): Pick {
  return (devices) => devices.find((device) => device.id === address) ?? "wait";
}

/**
 * The person in front of the browser's chooser. A prompt comes again whenever its list changes, and answering one
 * twice crashes the browser: each is answered once.
 */
export class Chooser {
  /** How often a chooser was opened. */
  opened = 0;
  /** What the next list is answered with. */
  pick: Pick;
  readonly #seen = new Set<string>();

  private constructor(pick: Pick) {
    this.pick = pick;
  }

  /** Attends to every chooser that `page` opens. */
  static async attend(page: Page, pick: Pick = pickFirst): Promise<Chooser> {
    const chooser = new Chooser(pick);
    const cdp = await page.context().newCDPSession(page);
    const answered = new Set<string>();
    cdp.on("DeviceAccess.deviceRequestPrompted", ({ id, devices }) => {
      if (!chooser.#seen.has(id)) chooser.opened++;
      chooser.#seen.add(id);
      if (answered.has(id)) return;
      const choice = chooser.pick(devices);
      if (choice === "wait") return;
      answered.add(id);
      // A page that closes meanwhile takes its prompt with it.
      const answer =
        choice === "cancel"
          ? cdp.send("DeviceAccess.cancelPrompt", { id })
          : cdp.send("DeviceAccess.selectPrompt", { id, deviceId: choice.id });
      answer.catch(() => undefined);
    });
    await cdp.send("DeviceAccess.enable");
    return chooser;
  }
}
