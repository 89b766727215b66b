import { hasFeature, LeFeature } from "../../host/supported.ts";
import { Status } from "../status.ts";
import type { LinkEnd } from "./end.ts";
import type { ControlPdu, LinkParameters, ParameterRange } from "./frame.ts";
import type { Link } from "./link.ts";
import type { Procedure } from "./procedures.ts";

const NAME = "update";
/** Events between the announcement of a change and the change (Vol 6 Part B 5.5: at least six). */
const NOTICE = 6;

/** The connection event at which a change that is announced now takes effect. */
export function instantAfter(link: Link): number {
  return link.counter + NOTICE + link.parameters.latency;
}

/** Connection update and connection parameters request (Vol 6 Part B 5.1.1, 5.1.7). */
export class Update implements Procedure {
  readonly #end: LinkEnd;
  #current: LinkParameters;
  #wish: ParameterRange | undefined;
  #askedHost = false;

  constructor(end: LinkEnd) {
    this.#end = end;
    this.#current = end.link.parameters;
  }

  /** What this end knows to be in use. */
  get current(): LinkParameters {
    return this.#current;
  }

  /**
   * LE Connection Update of this side's host. A central that knows that the other side has the procedure asks it first
   * (5.1.7); one that does not, decides.
   */
  request(range: ParameterRange): void {
    this.#end.procedures.begin(NAME, () => {
      this.#wish = range;
      if (this.#end.role === "central" && !this.#canAsk) {
        this.#indicate(range);
      } else {
        this.#end.procedures.expectAnswer();
        this.#end.send({ op: "CONNECTION_PARAM_REQ", range });
      }
    });
  }

  get #canAsk(): boolean {
    const common = this.#end.information.features;
    return common !== undefined && hasFeature(common, LeFeature.connectionParametersRequest);
  }

  /** LE Remote Connection Parameter Request Reply, or the reason of a Negative Reply. False when nobody asked. */
  answer(reply: ParameterRange | number): boolean {
    if (!this.#askedHost) return false;
    this.#askedHost = false;
    if (typeof reply === "number") {
      this.#end.send({ op: "REJECT_IND", of: "CONNECTION_PARAM_REQ", reason: reply });
    } else if (this.#end.role === "central") {
      this.#indicate(reply);
    } else {
      this.#end.send({ op: "CONNECTION_PARAM_RSP", range: reply });
    }
    return true;
  }

  receive(pdu: ControlPdu): boolean {
    switch (pdu.op) {
      case "CONNECTION_PARAM_REQ":
        return this.#requested(pdu.range);
      case "CONNECTION_PARAM_RSP":
        this.#indicate(pdu.range);
        return true;
      case "CONNECTION_UPDATE_IND":
        this.#indicated(pdu.parameters, pdu.instant);
        return true;
      case "UNKNOWN_RSP":
        if (pdu.of !== "CONNECTION_PARAM_REQ") return false;
        this.#refused(Status.UnsupportedRemoteFeature);
        return true;
      case "REJECT_IND":
        if (pdu.of !== "CONNECTION_PARAM_REQ") return false;
        this.#refused(pdu.reason);
        return true;
      default:
        return false;
    }
  }

  #requested(range: ParameterRange): boolean {
    const { owner, role, procedures } = this.#end;
    if (!hasFeature(owner.features, LeFeature.connectionParametersRequest)) return false;
    if (role === "central" && (procedures.active === NAME || procedures.active === "phy")) {
      this.#end.send({ op: "REJECT_IND", of: "CONNECTION_PARAM_REQ", reason: Status.ProcedureCollision });
      return true;
    }
    this.#askedHost = owner.onParameterRequest(this.#end, range);
    if (!this.#askedHost) {
      // 5.1.7.2: without a host that wants to be asked, the request is rejected.
      this.#end.send({
        op: "REJECT_IND",
        of: "CONNECTION_PARAM_REQ",
        reason: Status.UnsupportedRemoteFeature,
      });
    }
    return true;
  }

  #indicate(range: ParameterRange): void {
    const { link } = this.#end;
    const parameters: LinkParameters = {
      interval: range.intervalMax,
      latency: range.latency,
      timeout: range.timeout,
    };
    const instant = instantAfter(link);
    this.#end.procedures.suspendTimer();
    this.#end.send({ op: "CONNECTION_UPDATE_IND", parameters, instant });
    link.at(instant, () => this.#apply(parameters));
  }

  #indicated(parameters: LinkParameters, instant: number): void {
    const { link } = this.#end;
    if (instant < link.counter) {
      this.#end.end(Status.InstantPassed);
      return;
    }
    this.#end.procedures.suspendTimer();
    link.at(instant, () => this.#apply(parameters));
  }

  #apply(parameters: LinkParameters): void {
    if (this.#end.gone) return;
    const before = this.#current;
    this.#current = parameters;
    this.#end.link.adopt(parameters);
    const changed =
      before.interval !== parameters.interval ||
      before.latency !== parameters.latency ||
      before.timeout !== parameters.timeout;
    if (changed || this.#end.procedures.active === NAME)
      this.#end.owner.onParameters(this.#end, Status.Success);
    this.#end.procedures.end(NAME);
  }

  /** Nobody at the other side to ask: a central goes on as if it had not asked. */
  #refused(status: number): void {
    if (this.#end.procedures.active !== NAME) return;
    if (
      this.#end.role === "central" &&
      status === Status.UnsupportedRemoteFeature &&
      this.#wish !== undefined
    ) {
      this.#indicate(this.#wish);
      return;
    }
    this.#end.owner.onParameters(this.#end, status);
    this.#end.procedures.end(NAME);
  }
}
