import type {
  About,
  PairingDelegate,
  PairingProposal,
  PairingTerms,
  PasskeyEntry,
} from "../../../hci/smp/delegate.ts";
import type { KeypressType } from "../../../hci/smp/pdus.ts";
import type { Abort } from "../../../hci/ports.ts";

/** A person who says yes and types what `passkey` says. Remembers everything that was asked and shown. */
export class Person implements PairingDelegate {
  readonly asked: string[] = [];
  readonly proposals: PairingProposal[] = [];
  readonly terms: PairingTerms[] = [];
  /** Which pairing each question belonged to. */
  readonly abouts: About[] = [];
  readonly heard: KeypressType[] = [];
  /** The aborts of all questions: a dialog is closed when its abort fires. */
  readonly aborts: Abort[] = [];
  shown: string | undefined;
  compared: string | undefined;

  onAccept: (proposal: PairingProposal) => boolean | Promise<boolean> = () => true;
  onAgree: (terms: PairingTerms) => boolean | Promise<boolean> = () => true;
  onCompare: (digits: string) => boolean | Promise<boolean> = () => true;
  onEnter: (entry: PasskeyEntry) => string | null | Promise<string | null> = () => null;
  onDisplay: (digits: string) => void = () => {};

  async accept(proposal: PairingProposal, abort: Abort, about: About): Promise<boolean> {
    this.asked.push("accept");
    this.proposals.push(proposal);
    this.aborts.push(abort);
    this.abouts.push(about);
    return this.onAccept(proposal);
  }

  /** Not among the questions: whoever began has said yes, and most of what comes of it needs no second one. */
  async agree(terms: PairingTerms, abort: Abort, about: About): Promise<boolean> {
    this.terms.push(terms);
    this.aborts.push(abort);
    this.abouts.push(about);
    return this.onAgree(terms);
  }

  async compare(digits: string, abort: Abort, about: About): Promise<boolean> {
    this.asked.push("compare");
    this.aborts.push(abort);
    this.abouts.push(about);
    this.compared = digits;
    return this.onCompare(digits);
  }

  async enter(entry: PasskeyEntry, abort: Abort, about: About): Promise<string | null> {
    this.asked.push("enter");
    this.aborts.push(abort);
    this.abouts.push(about);
    return this.onEnter(entry);
  }

  display(digits: string, abort: Abort, about: About): void {
    this.asked.push("display");
    this.aborts.push(abort);
    this.abouts.push(about);
    this.shown = digits;
    this.onDisplay(digits);
  }

  keypress(type: KeypressType): void {
    this.heard.push(type);
  }
}
