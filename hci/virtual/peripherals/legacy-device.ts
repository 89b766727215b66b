import { uuidOf } from "../../codec/uuid.ts";
import { requestFeatures, responseFeatures } from "../../smp/features.ts";
import type { Features } from "../../smp/settings.ts";
import type { PairingFeatures } from "../../smp/pdus.ts";
import type { PeripheralDefinition } from "./definition.ts";
import { showsPasskey } from "./policies.ts";
import { battery } from "./services.ts";

export const THERMOMETER_SERVICE = uuidOf(0x1809);
export const TEMPERATURE = uuidOf(0x2a1e);
const EAR = 3;

/** Core 4.0 and 4.1: the bit for Secure Connections was reserved. */
const beforeSecureConnections: Features = {
  request: (policy, oob) => without(requestFeatures(policy, oob)),
  response: (request, policy, oob) => without(responseFeatures(without(request), policy, oob)),
};

function without(features: PairingFeatures): PairingFeatures {
  return { ...features, authReq: { ...features.authReq, secureConnections: false } };
}

/** A thermometer that is too old for Secure Connections: legacy pairing, with a passkey on its display. */
export function legacyDevice(): PeripheralDefinition {
  return {
    name: "Old thermometer",
    advertises: [THERMOMETER_SERVICE],
    services: [
      {
        uuid: THERMOMETER_SERVICE,
        characteristics: [
          {
            uuid: TEMPERATURE,
            properties: ["read"],
            value: { read: () => Uint8Array.of(EAR) },
            security: { read: "encrypted" },
          },
        ],
      },
      battery(12),
    ],
    policy: { ...showsPasskey, legacy: true },
    features: beforeSecureConnections,
    allowsNewPairing: true,
  };
}
