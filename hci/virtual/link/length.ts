import { hasFeature, LeFeature } from "../../host/supported.ts";
import type { LinkEnd } from "./end.ts";
import type { ControlPdu, DataLength } from "./frame.ts";
import type { Procedure } from "./procedures.ts";

const NAME = "length";
/** What every link starts with (Vol 6 Part B 4.5.10). */
export const MINIMUM_LENGTH: DataLength = { txOctets: 27, txTime: 328, rxOctets: 27, rxTime: 328 };

/** Data length update (Vol 6 Part B 5.1.9): each direction runs at what both sides can do. */
export class Length implements Procedure {
  readonly #end: LinkEnd;
  #own: DataLength = MINIMUM_LENGTH;
  #effective: DataLength = MINIMUM_LENGTH;

  constructor(end: LinkEnd) {
    this.#end = end;
  }

  get effective(): DataLength {
    return this.#effective;
  }

  /** What the host wants to send at most; receiving is always offered in full. */
  request(txOctets: number, txTime: number): void {
    const { rxOctets, rxTime } = this.#end.owner.maxLength;
    this.#own = { txOctets, txTime, rxOctets, rxTime };
    this.#end.procedures.begin(NAME, () => {
      this.#end.procedures.expectAnswer();
      this.#end.send({ op: "LENGTH_REQ", ...this.#own });
    });
  }

  /** Sets what this side answers before its host asks for anything (LE Write Suggested Default Data Length). */
  suggest(txOctets: number, txTime: number): void {
    const { rxOctets, rxTime } = this.#end.owner.maxLength;
    this.#own = { txOctets, txTime, rxOctets, rxTime };
  }

  receive(pdu: ControlPdu): boolean {
    switch (pdu.op) {
      case "LENGTH_REQ":
        if (!hasFeature(this.#end.owner.features, LeFeature.dataPacketLengthExtension)) return false;
        this.#end.send({ op: "LENGTH_RSP", ...this.#own });
        this.#agree(pdu);
        return true;
      case "LENGTH_RSP":
        this.#agree(pdu);
        this.#end.procedures.end(NAME);
        return true;
      case "UNKNOWN_RSP":
        if (pdu.of !== "LENGTH_REQ") return false;
        this.#end.procedures.end(NAME);
        return true;
      default:
        return false;
    }
  }

  #agree(theirs: DataLength): void {
    const before = this.#effective;
    const after: DataLength = {
      txOctets: Math.min(this.#own.txOctets, theirs.rxOctets),
      txTime: Math.min(this.#own.txTime, theirs.rxTime),
      rxOctets: Math.min(this.#own.rxOctets, theirs.txOctets),
      rxTime: Math.min(this.#own.rxTime, theirs.txTime),
    };
    this.#effective = after;
    const same =
      before.txOctets === after.txOctets &&
      before.txTime === after.txTime &&
      before.rxOctets === after.rxOctets &&
      before.rxTime === after.rxTime;
    if (!same) this.#end.owner.onDataLength(this.#end);
  }
}
