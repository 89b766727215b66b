/** What the GAP cases share: the levels of LE security mode 1, what stood on the air, and a tester that asks by hand. */
import assert from "node:assert/strict";
import type { DeviceLink } from "../../hci/device/device-link.ts";
import type { Verdict } from "../../hci/device/verdict.ts";
import { characteristicsOf } from "../../hci/gatt/table.ts";
import type { Characteristic } from "../../hci/gatt/table.ts";
import type { Bond } from "../../hci/ports.ts";
import { uuidOf } from "../../hci/codec/uuid.ts";
import type { PairingFeatures } from "../../hci/smp/pdus.ts";
import type { PairingPolicy } from "../../hci/smp/policy.ts";
import { requestFeatures, responseFeatures } from "../../hci/smp/features.ts";
import type { Features, SecurityEvent } from "../../hci/smp/settings.ts";
import { AUTHENTICATED, ENCRYPTED, SERVICE, SERVICES } from "./att-rig.ts";
import { settle } from "./manual-clock.ts";
import type { RigHost, StackRig } from "./stack-rig.ts";

/** Readable only with an authenticated Secure Connections key of 16 octets. */
export const SECURE = uuidOf(0xfff8);

export const LEVELLED = SERVICES.map((service) => ({
  ...service,
  characteristics: service.characteristics.concat({
    uuid: SECURE,
    properties: ["read"],
    value: Uint8Array.of(8),
    security: { read: "secure" },
  }),
}));

export interface Level {
  readonly name: string;
  readonly policy: Partial<PairingPolicy>;
  /** What the tester's person has. */
  readonly tester: Partial<PairingPolicy>;
  /** The attribute that demands just this level, and its value. */
  readonly needs: string;
  readonly value: number;
  readonly authenticated: boolean;
}

/** Every one of them with Secure Connections only, which is what we do by default. */
export const LEVEL_2: Level = {
  name: "mode 1 level 2",
  policy: { mitm: "off" },
  tester: { mitm: "off", ioCapability: "NoInputNoOutput" },
  needs: ENCRYPTED,
  value: 4,
  authenticated: false,
};
export const LEVEL_3: Level = {
  name: "mode 1 level 3",
  policy: { minimumLevel: "authenticated" },
  tester: { ioCapability: "DisplayYesNo" },
  needs: AUTHENTICATED,
  value: 5,
  authenticated: true,
};
export const LEVEL_4: Level = {
  name: "mode 1 level 4",
  policy: { minimumLevel: "secure" },
  tester: { ioCapability: "DisplayYesNo" },
  needs: SECURE,
  value: 8,
  authenticated: true,
};

/** Offers that are changed before they go out, as only a tester does it. */
export function offering(change: (features: PairingFeatures) => PairingFeatures): Features {
  return {
    request: (policy, oob) => change(requestFeatures(policy, oob)),
    response: (request, policy, oob) => change(responseFeatures(request, policy, oob)),
  };
}

export const PAIRING_REQUEST = "06 01";
export const PAIRING_RESPONSE = "06 02";
export const SECURITY_REQUEST = "06 0b";
export const ENABLE_ENCRYPTION = "command 2019";

/** What the host sent since `from`: encryption, ATT and SMP, or what begins with `start`. */
export function talk({ sent }: RigHost, from = 0, start = ""): readonly string[] {
  const lines = sent.slice(from).filter((line) => line === ENABLE_ENCRYPTION || /^0[46] /.test(line));
  return lines.filter((line) => line.startsWith(start));
}

/** The octets of the one PDU that begins like this. */
export function pdu(host: RigHost, start: string, from = 0): readonly number[] {
  const [only, ...more] = talk(host, from, start);
  assert.ok(only, `${host.name} sent ${start}`);
  assert.equal(more.length, 0, `${host.name} sent ${start} once`);
  return [...Buffer.from(only.slice(3), "hex")];
}

export const BONDING = 0x01;
export const MITM = 0x04;
export const SECURE_CONNECTIONS = 0x08;

/** A Pairing Request or Response, or what a Security Request has of it. */
export function featuresIn(octets: readonly number[]) {
  const [, , , authReq = 0, keySize, initiatorKeys, responderKeys] = octets;
  return { authReq, keySize, initiatorKeys, responderKeys };
}

export function find(link: DeviceLink, uuid: string): Characteristic {
  const [found] = characteristicsOf(link.gatt.table ?? { services: [] }, SERVICE, uuid);
  assert.ok(found);
  return found;
}

/** What an upper layer gets when it reads. */
export async function read(rig: StackRig, link: DeviceLink, uuid: string): Promise<readonly number[]> {
  return [...(await rig.until(link.gatt.read(find(link, uuid).handle)))];
}

/** A tester's request from its end of the link, whatever its own host would allow: our answer as octets. */
export async function ask(
  rig: StackRig,
  tester: DeviceLink,
  us: RigHost,
  uuid: string,
): Promise<readonly number[]> {
  const handle = us.server?.characteristic(uuid)?.handle ?? 0;
  const from = us.sent.length;
  await rig.until(tester.link.send(4, Uint8Array.of(0x0a, handle & 0xff, handle >> 8)));
  await rig.clock.advance(200);
  return pdu(us, "04", from);
}

/** The error response to that request. */
export function refusal(us: RigHost, uuid: string, code: number): readonly number[] {
  const handle = us.server?.characteristic(uuid)?.handle ?? 0;
  return [0x01, 0x0a, handle & 0xff, handle >> 8, code];
}

/** The tester's Security Request, with just these bits. */
export async function requestSecurity(rig: StackRig, tester: DeviceLink, authReq: number): Promise<void> {
  await rig.until(tester.link.send(6, Uint8Array.of(0x0b, authReq)));
  await rig.clock.advance(2000);
  await settle();
}

export function verdicts({ events }: RigHost): readonly Verdict[] {
  return events.flatMap((event) => (event.kind === "verdict" ? [event.verdict] : []));
}

/** What the upper layer heard about security, by name. */
export function heard(host: RigHost, kind: SecurityEvent["kind"]): readonly SecurityEvent[] {
  return host.events.flatMap((event) =>
    event.kind === "security" && event.event.kind === kind ? [event.event] : [],
  );
}

/** The tester throws its bond with us away. */
export async function forget(tester: RigHost, us: RigHost): Promise<void> {
  await tester.keys.delete(tester.stack.identity.address, us.stack.identity.address);
}

/** The tester keeps the bond, with another key in it. */
export async function spoil(tester: RigHost): Promise<void> {
  const [bond] = tester.keys.bonds;
  const key = bond?.asPeripheral;
  assert.ok(bond && key, "the tester has a bond");
  const wrong = { ...key, value: Uint8Array.from(key.value, (octet) => octet ^ 0x55) };
  const spoiled: Bond = { ...bond, asCentral: wrong, asPeripheral: wrong };
  await tester.keys.put(spoiled);
}
