/** Our two roles against each other in every combination, then again on a new link with the stored key. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { equal } from "../../../hci/codec/bytes.ts";
import type { IoCapability } from "../../../hci/smp/pdus.ts";
import { methodOf, NO_OOB, requestFeatures, responseFeatures } from "../../../hci/smp/features.ts";
import { DEFAULT_POLICY } from "../../../hci/smp/policy.ts";
import type { KeyChoice, PairingPolicy } from "../../../hci/smp/policy.ts";
import { legacyOnly, withoutSecureConnections } from "../../support/smp/legacy-only.ts";
import { Duo } from "../../support/smp/duo.ts";

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
/** Who asks for protection: nobody, the central, the peripheral. */
const MITM = [
  ["off", "off"],
  ["preferred", "off"],
  ["off", "preferred"],
] as const;

async function pairAndReconnect(
  central: PairingPolicy,
  peripheral: PairingPolicy,
  sc: boolean,
): Promise<void> {
  const features = sc ? {} : { features: legacyOnly };
  const duo = new Duo({
    central: { policy: central, settings: features },
    peripheral: { policy: peripheral },
  });
  const results = await duo.pair();
  const request = sc
    ? requestFeatures(central, NO_OOB)
    : withoutSecureConnections(requestFeatures(central, NO_OOB));
  const method = methodOf(request, responseFeatures(request, peripheral, NO_OOB)).kind;
  for (const result of [results.central, results.peripheral]) {
    assert.equal(result.method, sc ? method : `legacy-${method}`);
    assert.equal(result.secureConnections, sc);
    assert.equal(result.authenticated, method !== "just-works");
    assert.equal(result.keySize, 16);
  }
  assert(duo.link.central.encrypted && duo.link.peripheral.encrypted);
  assert.equal(duo.clock.pending, 0, "no timer is left behind");

  const { bond } = results.central;
  const again = duo.reconnect();
  if ((bond?.asCentral ?? null) === null) {
    assert(!sc, "only a legacy pairing can leave the central without a key");
    return;
  }
  assert.deepEqual(await again.central.manager.encrypt(), bond);
  assert(again.link.central.encrypted && again.link.peripheral.encrypted);
  assert.deepEqual(again.peripheral.told, ["encrypted"]);
  assert.equal(again.central.manager.security?.authenticated, results.central.authenticated);
  assert.equal(again.clock.pending, 0);
  assert(equal(results.peripheral.bond?.local.octets ?? [], bond?.peer.octets ?? [1]));
}

for (const sc of [true, false]) {
  for (const ioCentral of IO)
    for (const ioPeripheral of IO) {
      const kind = sc ? "Secure Connections" : "legacy";
      test(`${kind}, central ${ioCentral}, peripheral ${ioPeripheral}: every MITM wish and key choice pairs and reconnects`, async () => {
        for (const [central, peripheral] of MITM)
          for (const peerKeys of KEYS)
            for (const ownKeys of KEYS) {
              const common = { ...DEFAULT_POLICY, legacy: !sc, ownKeys, peerKeys };
              await pairAndReconnect(
                { ...common, ioCapability: ioCentral, mitm: central },
                { ...common, ioCapability: ioPeripheral, mitm: peripheral },
                sc,
              );
            }
      });
    }
}
