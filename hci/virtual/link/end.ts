import { part } from "../../codec/bytes.ts";
import type { Clock } from "../../ports.ts";
import { Status } from "../status.ts";
import { Encryption } from "./encryption.ts";
import type { ControlPdu, Frame } from "./frame.ts";
import { Information } from "./information.ts";
import { Length } from "./length.ts";
import type { Link } from "./link.ts";
import type { LinkOwner } from "./owner.ts";
import { Phy } from "./phy.ts";
import type { Procedure } from "./procedures.ts";
import { ProcedureQueue } from "./procedures.ts";
import { Update } from "./update.ts";

/** One HCI ACL packet on its way out, cut into data PDUs as it goes. */
interface Outgoing {
  /** The next data PDU is the start of an L2CAP message. */
  first: boolean;
  readonly octets: Uint8Array;
  offset: number;
}

/** One controller's end of a link: what waits to be sent, the keys in use, the control procedures. */
export class LinkEnd {
  readonly link: Link;
  readonly role: "central" | "peripheral";
  readonly owner: LinkOwner;
  readonly encryption: Encryption;
  readonly length: Length;
  readonly phy: Phy;
  readonly update: Update;
  readonly information: Information;
  readonly procedures: ProcedureQueue;
  /** Session keys as hexadecimal text; undefined while that direction is in clear. */
  txKey: string | undefined;
  rxKey: string | undefined;
  dataPaused = false;
  /** The controller no longer takes part: its link ended, it was reset or unplugged. */
  gone = false;
  lastHeard: number;
  readonly #control: ControlPdu[] = [];
  readonly #data: Outgoing[] = [];
  readonly #procedures: readonly Procedure[];
  readonly #injected: Frame[] = [];
  #outstanding: Frame | undefined;
  /** The outstanding frame, where it is a part of the first packet in the queue. */
  #dataFrame: Frame | undefined;
  #ending: number | undefined;
  #endedByPeer: number | undefined;

  constructor(link: Link, role: "central" | "peripheral", owner: LinkOwner, clock: Clock) {
    this.link = link;
    this.role = role;
    this.owner = owner;
    this.lastHeard = clock.now();
    this.procedures = new ProcedureQueue(clock, () => this.end(Status.ResponseTimeout));
    this.encryption = new Encryption(this);
    this.length = new Length(this);
    this.phy = new Phy(this);
    this.update = new Update(this);
    this.information = new Information(this);
    this.#procedures = [this.encryption, this.length, this.phy, this.update, this.information];
  }

  /** This side has begun to end the link. */
  get terminating(): boolean {
    return this.#ending !== undefined;
  }

  get other(): LinkEnd {
    return this.role === "central" ? this.link.peripheral : this.link.central;
  }

  /** Something is ready for the next connection event, or was sent and is not acknowledged yet. */
  get busy(): boolean {
    return this.#outstanding !== undefined || this.#queued;
  }

  /** Something is ready beyond the PDU that was heard: the More Data bit (Vol 6 Part B 4.5.6). */
  get more(): boolean {
    if (this.#outstanding?.delivered === false) return true;
    return this.#injected.length > 0 || this.#control.length > 0 || this.#moreData;
  }

  get #moreData(): boolean {
    const head = this.#data[0];
    if (head === undefined || !this.#sendableData) return false;
    const heard = this.#outstanding === this.#dataFrame ? (this.#dataFrame?.data?.length ?? 0) : 0;
    return this.#data.length > 1 || head.offset + heard < head.octets.length;
  }

  get #queued(): boolean {
    return this.#injected.length > 0 || this.#control.length > 0 || this.#sendableData;
  }

  get #sendableData(): boolean {
    return this.#data.length > 0 && !this.dataPaused && this.#ending === undefined;
  }

  /** Queues a control PDU; these go before data. */
  send(pdu: ControlPdu): void {
    this.#control.push(pdu);
    this.wake();
  }

  /** Queues one HCI ACL packet, its data from `offset` on. */
  sendData(first: boolean, octets: Uint8Array, offset: number): void {
    this.#data.push({ first, octets, offset });
    this.wake();
  }

  /** Puts a data PDU on the air that no key has touched, ahead of everything else. */
  injectPlain(first: boolean, octets: Uint8Array): void {
    this.#injected.push({ control: undefined, data: octets, first, key: undefined, delivered: false });
    this.wake();
  }

  /** The ACL termination procedure (Vol 6 Part B 5.1.6): `reason` for the peer, `own` for this host. */
  terminate(reason: number, own: number): void {
    if (this.#ending !== undefined) return;
    this.#ending = own;
    this.send({ op: "TERMINATE_IND", reason });
  }

  /** This end is over, now. */
  end(reason: number): void {
    if (this.gone) return;
    this.vanish();
    this.owner.onEnded(this, reason);
  }

  /** This end is over and its host is not told: reset or unplugged. */
  vanish(): void {
    this.gone = true;
    this.procedures.close();
    this.#control.length = 0;
    this.#data.length = 0;
    this.#outstanding = undefined;
    this.link.endChanged();
  }

  /** The PDU to send now: the unacknowledged one again, a control PDU, data, or undefined for an empty PDU. */
  nextFrame(): Frame | undefined {
    this.#outstanding ??= this.#injected.shift() ?? this.#nextControl() ?? this.#nextData();
    return this.#outstanding;
  }

  /** False while there is no room for more data: the other side repeats it until there is. */
  takes(frame: Frame): boolean {
    return frame.data === undefined || this.owner.takesData(frame.data.length);
  }

  /** Takes what the other side sent. */
  hear(frame: Frame): void {
    if (frame.key !== this.rxKey) {
      this.failIntegrity();
      return;
    }
    if (frame.data !== undefined) this.owner.onData(this, frame.first, frame.data);
    if (frame.control !== undefined) this.#obey(frame.control);
  }

  /** A PDU came back: if the other side has our last one, this acknowledges it. */
  acknowledgeIfDelivered(): void {
    const frame = this.#outstanding;
    if (frame?.delivered !== true) return;
    this.#outstanding = undefined;
    if (frame === this.#dataFrame) this.#dataAcknowledged(frame.data?.length ?? 0);
    if (frame.control?.op === "TERMINATE_IND") this.end(this.#ending ?? Status.LocalHostTerminated);
  }

  /** True when the peer's TERMINATE_IND was received and only its acknowledgement is still to be sent. */
  get closing(): boolean {
    return this.#endedByPeer !== undefined && !this.gone;
  }

  finishClosing(): void {
    if (this.#endedByPeer !== undefined) this.end(this.#endedByPeer);
  }

  /** A PDU did not decrypt, or was in clear on an encrypted link (Vol 6 Part B 5.1.3.1, 2.4). */
  failIntegrity(): void {
    const { other } = this;
    this.end(Status.MicFailure);
    if (!this.owner.silentMicFailure) other.end(Status.MicFailure);
  }

  wake(): void {
    this.link.wake();
  }

  #nextControl(): Frame | undefined {
    const control = this.#control.shift();
    return control && { control, data: undefined, first: false, key: this.txKey, delivered: false };
  }

  #nextData(): Frame | undefined {
    const head = this.#data[0];
    if (head === undefined || !this.#sendableData) return undefined;
    const { octets, offset, first } = head;
    const data = part(octets, offset, Math.min(offset + this.length.effective.txOctets, octets.length));
    this.#dataFrame = { control: undefined, data, first, key: this.txKey, delivered: false };
    return this.#dataFrame;
  }

  #dataAcknowledged(octets: number): void {
    const head = this.#data[0];
    if (head === undefined) return;
    head.first = false;
    head.offset += octets;
    if (head.offset < head.octets.length) return;
    this.#data.shift();
    this.owner.onSent(this);
  }

  #obey(pdu: ControlPdu): void {
    if (pdu.op === "TERMINATE_IND") {
      this.#endedByPeer = pdu.reason;
      return;
    }
    if (this.#procedures.some((procedure) => procedure.receive(pdu))) return;
    if (pdu.op !== "UNKNOWN_RSP" && pdu.op !== "REJECT_IND") this.send({ op: "UNKNOWN_RSP", of: pdu.op });
  }
}
