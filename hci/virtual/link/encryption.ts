import { concat, toHex } from "../../codec/bytes.ts";
import type { Aes128, Bytes } from "../../ports.ts";
import { Status } from "../status.ts";
import type { LinkEnd } from "./end.ts";
import type { ControlPdu } from "./frame.ts";
import type { Procedure } from "./procedures.ts";

const NAME = "encryption";
const NO_KEY = new Uint8Array(16);

/** SK = e(LTK, SKDs || SKDm), all most significant octet first (Vol 6 Part B 5.1.3.1). */
export function sessionKey(aes: Aes128, key: Bytes, skdm: Bytes, skds: Bytes): Bytes {
  return aes.encrypt(key, concat(skds, skdm));
}

/**
 * Encryption start and encryption pause (Vol 6 Part B 5.1.3), both roles. The session key is derived with true AES, so
 * the two sides understand each other only when both hosts gave the same key.
 */
export class Encryption implements Procedure {
  readonly #end: LinkEnd;
  #key: Bytes = NO_KEY;
  #rand: Bytes = NO_KEY;
  #ediv = 0;
  #skdm: Bytes = NO_KEY;
  #skds: Bytes = NO_KEY;
  #sessionKey: string | undefined;
  #enabled = false;
  #refresh = false;
  #keyRequested = false;
  #digest: string | undefined;

  constructor(end: LinkEnd) {
    this.#end = end;
  }

  get enabled(): boolean {
    return this.#enabled;
  }

  /** From the command, or the peer's request, to the end of the procedure: no data is sent meanwhile. */
  get pending(): boolean {
    return this.#end.dataPaused;
  }

  /** The host was asked for its key and has not answered. */
  get keyRequested(): boolean {
    return this.#keyRequested;
  }

  /** A digest of the long-term key in use: e(key, 0), its first 8 octets. For tests; no host ever sees it. */
  get keyDigest(): string | undefined {
    return this.#digest;
  }

  /** Central: LE Enable Encryption (5.1.3.1, or 5.1.3.2 on a link that is encrypted). */
  start(rand: Bytes, ediv: number, key: Bytes): void {
    this.#rand = rand;
    this.#ediv = ediv;
    this.#key = key;
    this.#end.dataPaused = true;
    this.#end.procedures.begin(NAME, () => {
      this.#refresh = this.#enabled;
      this.#end.procedures.expectAnswer();
      if (this.#refresh) this.#end.send({ op: "PAUSE_ENC_REQ" });
      else this.#request();
    });
  }

  /** Peripheral: LE Long Term Key Request Reply, or null for the Negative Reply. */
  answer(key: Bytes | null): void {
    this.#keyRequested = false;
    if (key === null) {
      this.#refuse();
      return;
    }
    this.#key = key;
    this.#derive();
    this.#end.rxKey = this.#sessionKey;
    this.#end.send({ op: "START_ENC_REQ" });
  }

  receive(pdu: ControlPdu): boolean {
    switch (pdu.op) {
      case "ENC_REQ":
        this.#requested(pdu.rand, pdu.ediv, pdu.skdm);
        return true;
      case "ENC_RSP":
        this.#skds = pdu.skds;
        // The host of the other side is asked for its key now; only its own timers limit how long that takes.
        this.#end.procedures.suspendTimer();
        return true;
      case "START_ENC_REQ":
        this.#derive();
        this.#end.rxKey = this.#sessionKey;
        this.#end.txKey = this.#sessionKey;
        this.#end.procedures.expectAnswer();
        this.#end.send({ op: "START_ENC_RSP" });
        return true;
      case "START_ENC_RSP":
        this.#started();
        return true;
      case "PAUSE_ENC_REQ":
        this.#end.dataPaused = true;
        this.#refresh = true;
        this.#end.send({ op: "PAUSE_ENC_RSP" });
        this.#end.rxKey = undefined;
        return true;
      case "PAUSE_ENC_RSP":
        this.#paused();
        return true;
      case "REJECT_IND":
        if (pdu.of !== "ENC_REQ") return false;
        this.#rejected(pdu.reason);
        return true;
      default:
        return false;
    }
  }

  #request(): void {
    this.#skdm = this.#end.owner.random.octets(8);
    this.#end.send({ op: "ENC_REQ", rand: this.#rand, ediv: this.#ediv, skdm: this.#skdm });
  }

  #requested(rand: Bytes, ediv: number, skdm: Bytes): void {
    this.#end.dataPaused = true;
    this.#skdm = skdm;
    this.#skds = this.#end.owner.random.octets(8);
    this.#end.send({ op: "ENC_RSP", skds: this.#skds });
    this.#keyRequested = this.#end.owner.onKeyRequest(this.#end, rand, ediv);
    if (!this.#keyRequested) this.#refuse();
  }

  /** No key here (5.1.3.1): in a refresh that ends the link, else it goes on in clear. */
  #refuse(): void {
    if (this.#refresh) {
      this.#end.terminate(Status.KeyMissing, Status.KeyMissing);
      return;
    }
    this.#end.send({ op: "REJECT_IND", of: "ENC_REQ", reason: Status.KeyMissing });
    this.#finish();
  }

  #rejected(reason: number): void {
    this.#finish();
    this.#end.owner.onEncryption(this.#end, reason, false);
    this.#end.procedures.end(NAME);
  }

  #started(): void {
    if (this.#end.role === "peripheral") {
      this.#end.txKey = this.#sessionKey;
      this.#end.send({ op: "START_ENC_RSP" });
    }
    const refresh = this.#refresh;
    this.#enabled = true;
    this.#digest = toHex(this.#end.owner.aes.encrypt(this.#key, NO_KEY).slice(0, 8));
    this.#finish();
    this.#end.owner.onEncryption(this.#end, Status.Success, refresh);
    this.#end.procedures.end(NAME);
  }

  #paused(): void {
    this.#end.txKey = undefined;
    if (this.#end.role === "peripheral") return;
    this.#end.rxKey = undefined;
    this.#end.send({ op: "PAUSE_ENC_RSP" });
    this.#request();
  }

  #derive(): void {
    this.#sessionKey = toHex(sessionKey(this.#end.owner.aes, this.#key, this.#skdm, this.#skds));
  }

  #finish(): void {
    this.#refresh = false;
    this.#key = NO_KEY;
    this.#end.dataPaused = false;
    this.#end.wake();
  }
}
