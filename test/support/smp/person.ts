import type { PairingDelegate, PairingProposal, PasskeyEntry } from "../../../hci/smp/delegate.ts";
import type { KeypressType } from "../../../hci/smp/pdus.ts";
import type { Abort } from "../../../hci/ports.ts";

/** A person who says yes and types what `passkey` says. Remembers everything that was asked and shown. */
export class Person implements PairingDelegate {
  readonly asked: string[] = [];
  readonly proposals: PairingProposal[] = [];
  readonly heard: KeypressType[] = [];
  /** The aborts of all questions: a dialog is closed when its abort fires. */
  readonly aborts: Abort[] = [];
  shown: string | undefined;
  compared: string | undefined;

  onAccept: (proposal: PairingProposal) => boolean | Promise<boolean> = () => true;
  onCompare: (digits: string) => boolean | Promise<boolean> = () => true;
  onEnter: (entry: PasskeyEntry) => string | null | Promise<string | null> = () => null;
  onDisplay: (digits: string) => void = () => {};

  async accept(proposal: PairingProposal, abort: Abort): Promise<boolean> {
    this.asked.push("accept");
    this.proposals.push(proposal);
    this.aborts.push(abort);
    return this.onAccept(proposal);
  }

  async compare(digits: string, abort: Abort): Promise<boolean> {
    this.asked.push("compare");
    this.aborts.push(abort);
    this.compared = digits;
    return this.onCompare(digits);
  }

  async enter(entry: PasskeyEntry, abort: Abort): Promise<string | null> {
    this.asked.push("enter");
    this.aborts.push(abort);
    return this.onEnter(entry);
  }

  display(digits: string, abort: Abort): void {
    this.asked.push("display");
    this.aborts.push(abort);
    this.shown = digits;
    this.onDisplay(digits);
  }

  keypress(type: KeypressType): void {
    this.heard.push(type);
  }
}
