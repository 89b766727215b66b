/** What the conformance tests of the Security Manager share. */
import assert from "node:assert/strict";
import { toHex } from "../../../hci/codec/bytes.ts";
import type { Bytes } from "../../../hci/ports.ts";
import { PairingError } from "../../../hci/smp/errors.ts";
import { OobData } from "../../../hci/smp/oob.ts";
import type { OobMaterial } from "../../../hci/smp/oob.ts";
import { requestFeatures, responseFeatures } from "../../../hci/smp/features.ts";
import type { Features } from "../../../hci/smp/settings.ts";
import type { FailureReason, IoCapability } from "../../../hci/smp/pdus.ts";
import type { PairingPolicy } from "../../../hci/smp/policy.ts";
import legacy from "../../vectors/transcripts-legacy.json" with { type: "json" };
import secureConnections from "../../vectors/transcripts-sc.json" with { type: "json" };
import { nodeCrypto } from "../crypto.ts";
import { settle } from "../manual-clock.ts";
import type { DuoOptions } from "./duo.ts";
import { Duo } from "./duo.ts";
import { legacyOnly } from "./legacy-only.ts";
import type { SideOptions } from "./side.ts";
import type { Role, Transcript } from "./transcript.ts";
import { Replay } from "./transcript.ts";

const TRANSCRIPTS: readonly Transcript[] = [...secureConnections.transcripts, ...legacy.transcripts];

/** Plays a recording, with nothing of the CSRK in it, and expects a link encrypted with its key. */
export async function replays(name: string, role: Role): Promise<Replay> {
  const transcript = TRANSCRIPTS.find((one) => one.name === name);
  assert(transcript !== undefined, `a recording ${name}`);
  const pdus = transcript.pdus.filter((item) => item.pdu?.startsWith("0a") !== true);
  const replay = new Replay({ ...transcript, pdus }, role, "as recorded");
  await replay.start();
  await replay.play();
  assert(replay.scripted.link.encrypted);
  return replay;
}

/** Everything has happened that can happen now, persons who look at the other screen included. */
async function quiet(): Promise<void> {
  for (let i = 0; i < 4; i++) await settle();
}

export interface Kind {
  readonly central: IoCapability;
  readonly peripheral: IoCapability;
  readonly legacy?: boolean;
  /** Who holds the other's data. */
  readonly oob?: { readonly central: boolean; readonly peripheral: boolean };
  /** Who holds a legacy OOB key, and which: equal numbers are equal keys. */
  readonly tk?: { readonly central?: number; readonly peripheral?: number };
  readonly policy?: {
    readonly central?: Partial<PairingPolicy>;
    readonly peripheral?: Partial<PairingPolicy>;
  };
}

export const JUST_WORKS: Kind = { central: "NoInputNoOutput", peripheral: "NoInputNoOutput" };
export const COMPARISON: Kind = { central: "DisplayYesNo", peripheral: "KeyboardDisplay" };
export const CENTRAL_SHOWS: Kind = { central: "DisplayOnly", peripheral: "KeyboardOnly" };
export const PERIPHERAL_SHOWS: Kind = { central: "KeyboardOnly", peripheral: "DisplayOnly" };
export const BOTH_TYPE: Kind = { central: "KeyboardOnly", peripheral: "KeyboardOnly" };

/** Both of our roles, set up so that `kind` comes out. */
export async function duoOf(kind: Kind, change: DuoOptions = {}): Promise<Duo> {
  const data =
    kind.oob === undefined ? [] : [await OobData.create(nodeCrypto), await OobData.create(nodeCrypto)];
  const side = (which: "central" | "peripheral", own?: OobData, other?: OobData): SideOptions => {
    const peer = kind.oob?.[which] === true && other !== undefined ? { peer: carried(other) } : {};
    const tk = kind.tk?.[which];
    const legacyKey = tk === undefined ? {} : { legacyKey: new Uint8Array(16).fill(tk) };
    const oob: OobMaterial = { ...(own === undefined ? {} : { own }), ...peer, ...legacyKey };
    const features = kind.legacy === true && which === "central" ? { features: legacyOnly } : {};
    return {
      policy: { ioCapability: kind[which], legacy: kind.legacy === true, ...kind.policy?.[which] },
      settings: { oob, ...features },
      ...change[which],
    };
  };
  return new Duo({
    central: side("central", data[0], data[1]),
    peripheral: side("peripheral", data[1], data[0]),
  });
}

/** What of our OOB data travels to the peer. */
export function carried(data: OobData): { readonly confirm: Bytes; readonly random: Bytes } {
  return { confirm: data.confirm, random: data.random };
}

/** The tester sets the reserved bits of AuthReq, in its own reckoning too; ours must be 0, and the pairing succeed. */
export async function ignoresReservedBits(kind: Kind, us: "a" | "b"): Promise<void> {
  const duo = await duoOf(kind);
  duo.channel.tamper = (pdu, from) => {
    // The array is the one that enters the sender's own confirm and check values
    if (from !== us && (pdu[0] === 1 || pdu[0] === 2)) pdu[3] = (pdu[3] ?? 0) | 0xc0;
    return [pdu];
  };
  await duo.pair();
  const own = duo.sentBy(us).find((pdu) => pdu.startsWith("01") || pdu.startsWith("02")) ?? "";
  assert.equal(Number.parseInt(own.slice(6, 8), 16) & 0xc0, 0);
  const other = us === "a" ? duo.link.peripheral : duo.link.central;
  assert(other.encrypted);
}

/** The tester sends Pairing Failed in place of its PDU number `index`: we report it and say nothing more. */
export async function reportsFailure(
  kind: Kind,
  us: "a" | "b",
  index: number,
  reason: FailureReason,
  code: number,
): Promise<void> {
  const duo = await duoOf(kind);
  let seen = 0;
  let sentBefore = -1;
  duo.channel.tamper = (pdu, from) => {
    if (from === us || seen++ !== index) return sentBefore < 0 || from === us ? [pdu] : [];
    sentBefore = duo.sentBy(us).length;
    return [Uint8Array.of(0x05, code)];
  };
  duo.central.manager.pair().catch(() => {});
  await quiet();
  const side = us === "a" ? duo.central : duo.peripheral;
  const [event] = side.events;
  assert(event?.kind === "pairing-failed" && event.error instanceof PairingError);
  assert.deepEqual([event.error.reason, event.error.by], [reason, "peer"]);
  assert.equal(duo.sentBy(us).length, sentBefore, "nothing is sent after the peer's Pairing Failed");
  assert.deepEqual(side.store.puts, []);
}

/** One octet of the tester's PDUs with this code is wrong, of the n-th such PDU; we must answer `expected`. */
export async function refusesChanged(
  kind: Kind,
  us: "a" | "b",
  opcode: number,
  expected: string,
  occurrence = 0,
): Promise<Duo> {
  const duo = await duoOf(kind);
  let seen = 0;
  duo.channel.tamper = (pdu, from) => {
    if (from === us || pdu[0] !== opcode || seen++ !== occurrence) return [pdu];
    return [Uint8Array.from(pdu, (octet, i) => (i === 5 ? octet ^ 0x10 : octet))];
  };
  duo.central.manager.pair().catch(() => {});
  await quiet();
  assert.equal(duo.sentBy(us).at(-1), expected);
  assert(!duo.link.central.encrypted);
  assert.deepEqual([...duo.central.store.puts, ...duo.peripheral.store.puts], []);
  return duo;
}

/** The two persons use different passkeys. */
export async function differentPasskeys(kind: Kind): Promise<Duo> {
  const duo = await duoOf(kind);
  duo.central.person.onEnter = () => "123456";
  duo.peripheral.person.onEnter = () => "123457";
  duo.central.manager.pair().catch(() => {});
  await quiet();
  assert.deepEqual([...duo.central.store.puts, ...duo.peripheral.store.puts], []);
  return duo;
}

/** Three pairings of one kind, and everything random in them that we sent: all must differ. */
export async function noncesDiffer(kind: Kind, us: "a" | "b", times: number): Promise<void> {
  const nonces: string[] = [];
  for (let i = 0; i < times; i++) {
    const duo = await duoOf(kind);
    await duo.pair();
    nonces.push(...duo.sentBy(us).filter((pdu) => pdu.startsWith("04")));
  }
  assert.equal(new Set(nonces).size, nonces.length);
  assert(nonces.length >= times);
}

/** Several pairings in which we show the passkey: they must differ. */
export async function passkeysDiffer(kind: Kind, us: "central" | "peripheral"): Promise<void> {
  const shown: string[] = [];
  for (let i = 0; i < 3; i++) {
    const duo = await duoOf(kind);
    await duo.pair();
    const { shown: digits } = duo[us].person;
    assert(digits !== undefined && /^[0-9]{6}$/.test(digits));
    shown.push(digits);
  }
  assert.equal(new Set(shown).size, 3);
}

/** The link ends, the same hosts meet again, and the stored key encrypts. */
export async function reconnects(duo: Duo, change: DuoOptions = {}): Promise<Duo> {
  const again = duo.reconnect(change);
  const bond = await again.central.manager.encrypt();
  assert(bond !== undefined && again.link.peripheral.encrypted, toHex(bond?.peer.octets ?? new Uint8Array()));
  return again;
}

/** Our request or response, with keys of `size` octets at most: the host itself always offers 16. */
export function smallKeys(size: number): Features {
  return {
    request: (policy, oob) => ({ ...requestFeatures(policy, oob), maxKeySize: size }),
    response: (request, policy, oob) => ({ ...responseFeatures(request, policy, oob), maxKeySize: size }),
  };
}
