/**
 * The whole matrix end to end: two hosts, two strict controllers, one radio. Every combination of input and output, MITM,
 * Secure Connections or legacy, keys and role is paired on one link and encrypted with the stored key on the next.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { DeviceLink } from "../../hci/device/device-link.ts";
import type { PairingMethod } from "../../hci/ports.ts";
import { methodOf, NO_OOB, requestFeatures, responseFeatures } from "../../hci/smp/features.ts";
import type { IoCapability } from "../../hci/smp/pdus.ts";
import type { PairingResult } from "../../hci/smp/bonding.ts";
import type { KeyChoice, PairingPolicy } from "../../hci/smp/policy.ts";
import { DEFAULT_POLICY } from "../../hci/smp/policy.ts";
import type { Features } from "../../hci/smp/settings.ts";
import { settle } from "../support/manual-clock.ts";
import { withoutSecureConnections } from "../support/smp/legacy-only.ts";
import type { RigHost } from "../support/stack-rig.ts";
import { StackRig, together } from "../support/stack-rig.ts";

const IO: readonly IoCapability[] = [
  "DisplayOnly",
  "DisplayYesNo",
  "KeyboardOnly",
  "NoInputNoOutput",
  "KeyboardDisplay",
];
const KEYS: readonly KeyChoice[] = [
  { encKey: true, idKey: true },
  { encKey: true, idKey: false },
  { encKey: false, idKey: true },
];
/** Who asks for protection: the central, the peripheral. */
const MITM: readonly (readonly [PairingPolicy["mitm"], PairingPolicy["mitm"]])[] = [
  ["off", "off"],
  ["preferred", "off"],
  ["off", "preferred"],
  ["preferred", "preferred"],
];
const KINDS = ["Secure Connections", "legacy"] as const;

/** A host whose habits the test changes between two links. */
interface Changing {
  readonly host: RigHost;
  policy: PairingPolicy;
  kind: (typeof KINDS)[number];
}

const rig = new StackRig();
const sides: Changing[] = [];
let combinations = 0;
let reconnections = 0;

async function changing(name: string, profile: "4.2" | "5.2"): Promise<Changing> {
  const state: { policy: PairingPolicy; kind: Changing["kind"] } = {
    policy: DEFAULT_POLICY,
    kind: "Secure Connections",
  };
  const features: Features = {
    request: (policy, oob) => offer(state.kind, requestFeatures(policy, oob)),
    response: (request, policy, oob) => offer(state.kind, responseFeatures(request, policy, oob)),
  };
  const host = await rig.host(name, {
    services: null,
    controller: { profile },
    features,
    policyFor: () => state.policy,
  });
  return Object.assign(state, { host });
}

function offer(kind: Changing["kind"], features: ReturnType<typeof requestFeatures>) {
  return kind === "legacy" ? withoutSecureConnections(features) : features;
}

before(async () => {
  sides.push(await changing("left", "5.2"), await changing("right", "4.2"));
  together(rig, ...sides.map(({ host }) => host));
});

after(() => rig.assertClean());

async function pairAndReconnect(central: Changing, peripheral: Changing): Promise<void> {
  for (const { host } of sides) {
    host.keys.clear();
    host.person.shown = undefined;
  }
  const links = await rig.connect(central.host, peripheral.host);
  const result = await rig.until(links.central.pair());
  await settle();
  assertResult(result, links.central, central, peripheral);
  assertResult(result, links.peripheral, central, peripheral);
  await rig.end(links.central);

  const again = await rig.connect(central.host, peripheral.host);
  const { bond } = result;
  if (bond === null || bond.asCentral === null) {
    assert.equal(central.kind, "legacy", "only a legacy pairing can leave the central without a key");
    assert.equal(central.policy.peerKeys.encKey && peripheral.policy.ownKeys.encKey, false);
  } else {
    await rig.until(again.central.refresh());
    assert.equal(again.central.security?.authenticated, result.authenticated);
    assert.equal(again.peripheral.security?.bond?.method, result.method);
    reconnections++;
  }
  await rig.end(again.central);
  combinations++;
}

function assertResult(
  result: PairingResult,
  link: DeviceLink,
  central: Changing,
  peripheral: Changing,
): void {
  const { kind } = central;
  const request = offer(kind, requestFeatures(central.policy, NO_OOB));
  const response = offer(kind, responseFeatures(request, peripheral.policy, NO_OOB));
  const expected = methodOf(request, response).kind;
  const secureConnections = kind === "Secure Connections";
  assert.equal(result.method, nameOf(expected, secureConnections));
  assert.equal(result.keySize, 16);
  assert.equal(link.security?.secureConnections, secureConnections);
  assert.equal(link.security?.authenticated, expected !== "just-works");
}

function nameOf(method: ReturnType<typeof methodOf>["kind"], secureConnections: boolean): PairingMethod {
  if (secureConnections) return method;
  assert.ok(method === "just-works" || method === "passkey");
  return `legacy-${method}`;
}

for (const role of ["left", "right"] as const) {
  for (const kind of KINDS) {
    for (const io of IO) {
      test(`${kind}, the ${role} host as central with ${io}: every peripheral, MITM wish and choice of keys`, async () => {
        const [left, right] = sides;
        assert.ok(left && right);
        const [central, peripheral] = role === "left" ? [left, right] : [right, left];
        central.kind = peripheral.kind = kind;
        for (const other of IO)
          for (const [ours, theirs] of MITM)
            for (const ownKeys of KEYS)
              for (const peerKeys of KEYS) {
                const common = { ...DEFAULT_POLICY, legacy: kind === "legacy", ownKeys, peerKeys };
                central.policy = { ...common, ioCapability: io, mitm: ours };
                peripheral.policy = { ...common, ioCapability: other, mitm: theirs };
                await pairAndReconnect(central, peripheral);
              }
      });
    }
  }
}

test("the matrix is complete", (t) => {
  const expected = IO.length ** 2 * MITM.length * KINDS.length * KEYS.length ** 2 * 2;
  assert.equal(combinations, expected);
  assert.ok(reconnections > expected / 2);
  t.diagnostic(`${combinations} pairings end to end, ${reconnections} encrypted again with the stored key`);
});
