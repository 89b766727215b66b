/** Recorded pairings, and one side of ours played against the recording of the other. */
import assert from "node:assert/strict";
import { concat, fromHex, reversed, toHex } from "../../../hci/codec/bytes.ts";
import { decodePdu } from "../../../hci/codec/pdu.ts";
import type { Address, Bytes } from "../../../hci/ports.ts";
import type { OobMaterial } from "../../../hci/smp/oob.ts";
import { OobData } from "../../../hci/smp/oob.ts";
import type { IoCapability } from "../../../hci/smp/pdus.ts";
import { IoCapability as capabilities, PairingRequest, PairingResponse } from "../../../hci/smp/pdus.ts";
import type { Features } from "../../../hci/smp/settings.ts";
import type { PairingPolicy } from "../../../hci/smp/policy.ts";
import { FixedCrypto, p256 } from "../crypto.ts";
import { settle } from "../manual-clock.ts";
import { address } from "../vectors.ts";
import { Scripted } from "./scripted.ts";

interface TranscriptSide {
  readonly addr: string;
  readonly addr_type: number;
  readonly io: string;
}

interface TranscriptPdu {
  readonly from?: string | undefined;
  readonly pdu?: string | undefined;
  readonly event?: string | undefined;
  readonly key_wire?: string | undefined;
}

/** As `test/vectors/README.md` describes it. */
export interface Transcript {
  readonly name: string;
  readonly mode: string;
  readonly method: string;
  readonly authenticated: boolean;
  readonly key_size: number;
  readonly roles: readonly string[];
  readonly initiator: TranscriptSide;
  readonly responder: TranscriptSide;
  readonly policy_overrides: readonly string[];
  readonly inject: {
    readonly priv_initiator?: string | undefined;
    readonly priv_responder?: string | undefined;
    readonly rand_I_wire?: readonly string[] | undefined;
    readonly rand_R_wire?: readonly string[] | undefined;
  };
  readonly secrets: {
    readonly passkey?: string | undefined;
    readonly passkey_initiator?: string | undefined;
    readonly passkey_responder?: string | undefined;
    readonly numeric_comparison?: string | undefined;
    readonly oob_I_random?: string | undefined;
    readonly oob_I_confirm?: string | undefined;
    readonly oob_R_random?: string | undefined;
    readonly oob_R_confirm?: string | undefined;
    readonly oob_tk_wire?: string | undefined;
    readonly tk?: string | undefined;
  };
  readonly pdus: readonly TranscriptPdu[];
  /** The source put this type into f5 and f6 although it is not the one over the air: its DHKey checks are wrong. */
  readonly addr_type_used_by_source?: number | undefined;
}

export type Role = "initiator" | "responder";

/** The letter of a role in `from`. */
function letter(role: Role): "I" | "R" {
  return role === "initiator" ? "I" : "R";
}

/** A value that is printed as sent, in the specification's order. */
function wire(text: string): Bytes {
  return reversed(fromHex(text));
}

/** One side of ours, set up to repeat its part of a transcript, octet for octet. */
export class Replay {
  readonly scripted: Scripted;
  readonly crypto: FixedCrypto;
  /** Settles with the pairing's outcome; of a responder, when it is over. */
  readonly transcript: Transcript;
  readonly role: Role;
  readonly #own: readonly string[];

  constructor(transcript: Transcript, role: Role, overrides: "as recorded" | "default policy") {
    this.transcript = transcript;
    this.role = role;
    this.#own = transcript.pdus.filter((item) => item.from === letter(role)).map((item) => item.pdu ?? "");
    const [own, other] =
      role === "initiator"
        ? [transcript.initiator, transcript.responder]
        : [transcript.responder, transcript.initiator];
    this.crypto = new FixedCrypto({ random: this.#randomValues(), privateKeys: this.#privateKeys() });
    const ownAddress = address(own.addr_type, own.addr);
    const recorded = overrides === "as recorded";
    this.scripted = new Scripted(role === "initiator" ? "central" : "peripheral", {
      own: ownAddress,
      other: address(other.addr_type, other.addr),
      crypto: this.crypto,
      local: {
        address: this.#identity() ?? ownAddress,
        irk: this.#value("08") ?? new Uint8Array(16).fill(1),
      },
      policy: { ...this.#policy(own.io), ...(recorded ? this.#relaxed() : {}) },
      settings: { oob: this.#oob(), ...(recorded ? { features: this.#features() } : {}) },
    });
    this.#answer();
  }

  /** The recorded PDUs of our side with this code, without the code. */
  #value(code: string): Bytes | undefined {
    const found = this.#own.find((pdu) => pdu.startsWith(code));
    return found === undefined ? undefined : wire(found.slice(2));
  }

  #identity(): Address | undefined {
    const value = this.#own.find((pdu) => pdu.startsWith("09"));
    return value === undefined ? undefined : address(Number(value.slice(2, 4)), toHex(wire(value.slice(4))));
  }

  /** In the order of use for each length: nonces, the passkey we show, then LTK, EDIV and Rand. */
  #randomValues(): Bytes[] {
    const { inject, secrets } = this.transcript;
    const nonces = (this.role === "initiator" ? inject.rand_I_wire : inject.rand_R_wire) ?? [];
    const values = nonces.map(wire);
    const ltk = this.#value("06");
    if (ltk !== undefined) values.push(ltk);
    const central = this.#own.find((pdu) => pdu.startsWith("07"));
    if (central !== undefined) values.push(wire(central.slice(2, 6)), wire(central.slice(6)));
    const passkey = Number(secrets.passkey ?? 0);
    if (this.#shows()) values.push(Uint8Array.of(passkey >> 16, passkey >> 8, passkey));
    return values;
  }

  #shows(): boolean {
    const side = this.role === "initiator" ? this.transcript.initiator : this.transcript.responder;
    return "ui" in side && side.ui === "display";
  }

  #privateKeys(): Bytes[] {
    const { priv_initiator, priv_responder } = this.transcript.inject;
    const priv = this.role === "initiator" ? priv_initiator : priv_responder;
    return priv === undefined ? [] : [fromHex(priv)];
  }

  #policy(io: string): Partial<PairingPolicy> {
    const ioCapability = Object.keys(capabilities).find((name): name is IoCapability => name === io);
    assert(ioCapability !== undefined, io);
    return { ioCapability };
  }

  #relaxed(): Partial<PairingPolicy> {
    const overrides = new Set(this.transcript.policy_overrides);
    return {
      legacy: overrides.has("legacy"),
      minimumKeySize: overrides.has("key-size-7") ? 7 : 16,
    };
  }

  /** What was recorded, bits that we never set included. */
  #features(): Features {
    const [request, response] = this.transcript.pdus;
    return {
      request: () => decodePdu(PairingRequest, fromHex(request?.pdu ?? "")),
      response: () => decodePdu(PairingResponse, fromHex(response?.pdu ?? "")),
    };
  }

  #oob(): OobMaterial {
    const { secrets, method, mode, inject, pdus } = this.transcript;
    if (method !== "oob") return {};
    if (mode === "legacy")
      return {
        legacyKey: secrets.oob_tk_wire === undefined ? fromHex(secrets.tk ?? "") : wire(secrets.oob_tk_wire),
      };
    const initiator = this.role === "initiator";
    const priv = initiator ? inject.priv_initiator : inject.priv_responder;
    const own = fromHex((initiator ? secrets.oob_I_random : secrets.oob_R_random) ?? "");
    const holds = pdus[initiator ? 0 : 1]?.pdu?.slice(4, 6) === "01";
    const peer = {
      random: fromHex((initiator ? secrets.oob_R_random : secrets.oob_I_random) ?? ""),
      confirm: fromHex((initiator ? secrets.oob_R_confirm : secrets.oob_I_confirm) ?? ""),
    };
    return {
      own: new OobData(this.crypto, p256(fromHex(priv ?? "")), own),
      ...(holds ? { peer } : {}),
    };
  }

  #answer(): void {
    const { person } = this.scripted.side;
    const { secrets } = this.transcript;
    const own = this.role === "initiator" ? secrets.passkey_initiator : secrets.passkey_responder;
    person.onEnter = () => own ?? secrets.passkey ?? null;
  }

  /** Starts an initiator; a responder is started by the first PDU. The outcome is in the events. */
  async start(): Promise<void> {
    if (this.role === "initiator") this.scripted.side.manager.pair().catch(() => {}); // told by an event as well
    await settle();
  }

  /** Plays until just before index `until` of the recording, comparing every PDU of ours. */
  async play(until = this.transcript.pdus.length): Promise<void> {
    let compared = 0;
    for (const [index, item] of this.transcript.pdus.slice(0, until).entries()) {
      if (item.event === "encrypt") {
        await this.#encrypt(item.key_wire ?? "");
      } else if (item.from === letter(this.role)) {
        await settle();
        this.#compare(index, this.scripted.sent[compared], item.pdu);
        compared++;
      } else {
        this.scripted.burst(item.pdu ?? "");
      }
    }
    await settle();
    // A recording that ends where the link is encrypted says nothing about the keys that follow
    const open = this.transcript.pdus[until - 1]?.event !== undefined;
    const beyond = this.scripted.sent.slice(compared).filter((pdu) => !(open && /^0[6-9]/.test(pdu)));
    assert.deepEqual(beyond, [], "nothing was sent that was not recorded");
  }

  #compare(index: number, sent: string | undefined, recorded: string | undefined): void {
    const wrongType =
      this.transcript.addr_type_used_by_source !== undefined && recorded?.startsWith("0d") === true;
    if (wrongType) assert.notEqual(sent, recorded, "our check has the type over the air in it");
    else assert.equal(sent, recorded, `PDU ${index} of ${this.transcript.name}`);
  }

  /** The link is encrypted with the recorded key, or the comparison fails. */
  async #encrypt(keyWire: string): Promise<void> {
    await settle();
    const { link } = this.scripted;
    const zero = new Uint8Array(8);
    const key = this.role === "initiator" ? link.keys.at(-1) : await link.onLongTermKeyRequest?.(zero, 0);
    assert(key !== undefined && key !== null, "a key is there");
    assert.equal(toHex(key.value), toHex(wire(keyWire)));
    assert.equal(toHex(concat(key.rand, [key.ediv])), toHex(concat(zero, [0])));
    assert.equal(key.keySize, this.transcript.key_size);
    link.report(true);
    link.finishEncrypt();
  }
}
