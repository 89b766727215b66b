import { hasFeature, LeFeature } from "../../host/supported.ts";
import { Status } from "../status.ts";
import type { LinkEnd } from "./end.ts";
import type { ControlPdu, PhySets } from "./frame.ts";
import type { Procedure } from "./procedures.ts";
import { instantAfter } from "./update.ts";

export type PhyNumber = 1 | 2 | 3;

const NAME = "phy";
const PREFERENCE = [2, 1, 4];

/** PHY update (Vol 6 Part B 5.1.10). The central decides, from what both sides want and can. */
export class Phy implements Procedure {
  readonly #end: LinkEnd;
  /** 1, 2 or 3 as in HCI: LE 1M, LE 2M, LE Coded. */
  tx: PhyNumber = 1;
  rx: PhyNumber = 1;
  /** What the host wants on this link; undefined while it has said nothing (Vol 4 Part E 7.8.49). */
  #wish: PhySets | undefined;

  constructor(end: LinkEnd) {
    this.#end = end;
  }

  request(wish: PhySets): void {
    this.#wish = wish;
    this.#end.procedures.begin(NAME, () => {
      this.#end.procedures.expectAnswer();
      this.#end.send({ op: "PHY_REQ", ...wish });
    });
  }

  receive(pdu: ControlPdu): boolean {
    switch (pdu.op) {
      case "PHY_REQ":
        return this.#requested(pdu);
      case "PHY_RSP":
        this.#decide(this.#wanted, pdu);
        return true;
      case "PHY_UPDATE_IND":
        this.#end.procedures.suspendTimer();
        this.#end.link.at(pdu.instant, () => this.#apply(pdu.p2c, pdu.c2p));
        return true;
      case "UNKNOWN_RSP":
        if (pdu.of !== "PHY_REQ") return false;
        this.#fail(Status.UnsupportedRemoteFeature);
        return true;
      case "REJECT_IND":
        if (pdu.of !== "PHY_REQ") return false;
        this.#fail(pdu.reason);
        return true;
      default:
        return false;
    }
  }

  get #wanted(): PhySets {
    return this.#wish ?? this.#end.owner.preferredPhys();
  }

  #requested(theirs: PhySets): boolean {
    const { owner, role, procedures } = this.#end;
    if (!hasFeature(owner.features, LeFeature.phy2M) && !hasFeature(owner.features, LeFeature.phyCoded))
      return false;
    const preferred = this.#wanted;
    if (role === "peripheral") {
      this.#end.send({ op: "PHY_RSP", ...preferred });
    } else if (procedures.active === NAME || procedures.active === "update") {
      this.#end.send({ op: "REJECT_IND", of: "PHY_REQ", reason: Status.ProcedureCollision });
    } else {
      this.#decide(preferred, theirs);
    }
    return true;
  }

  /** Central: one PHY per direction out of what both wish; the old one where they have none in common. */
  #decide(ours: PhySets, theirs: PhySets): void {
    const able = this.#end.owner.phys;
    const choose = (common: number, current: number): number =>
      PREFERENCE.find((phy) => (common & phy) !== 0) ?? 1 << (current - 1);
    const c2p = choose(ours.tx & theirs.rx & able, this.tx);
    const p2c = choose(ours.rx & theirs.tx & able, this.rx);
    const changed = c2p !== 1 << (this.tx - 1) || p2c !== 1 << (this.rx - 1);
    const instant = changed ? instantAfter(this.#end.link) : this.#end.link.counter;
    this.#end.procedures.suspendTimer();
    this.#end.send({ op: "PHY_UPDATE_IND", c2p, p2c, instant });
    this.#end.link.at(instant, () => this.#apply(c2p, p2c));
  }

  /** Arguments as bits: what this side sends on, what it receives on. */
  #apply(tx: number, rx: number): void {
    if (this.#end.gone) return;
    const [newTx, newRx] = [phyNumber(tx), phyNumber(rx)];
    const changed = newTx !== this.tx || newRx !== this.rx;
    this.tx = newTx;
    this.rx = newRx;
    const asked = this.#end.procedures.active === NAME;
    // The host that asked is told in any case, the other one only of a change (Vol 4 Part E 7.7.65.12).
    if (asked || changed) this.#end.owner.onPhy(this.#end, Status.Success);
    this.#end.procedures.end(NAME);
  }

  #fail(status: number): void {
    if (this.#end.procedures.active !== NAME) return;
    this.#end.owner.onPhy(this.#end, status);
    this.#end.procedures.end(NAME);
  }
}

function phyNumber(bit: number): PhyNumber {
  return bit === 4 ? 3 : bit === 2 ? 2 : 1;
}
