import { requestFeatures, responseFeatures } from "../../../hci/smp/features.ts";
import type { PairingFeatures } from "../../../hci/smp/pdus.ts";
import type { Features } from "../../../hci/smp/settings.ts";

export function withoutSecureConnections(features: PairingFeatures): PairingFeatures {
  return { ...features, authReq: { ...features.authReq, secureConnections: false } };
}

/** A central that offers no Secure Connections, so that legacy pairing comes of it. */
export const legacyOnly: Features = {
  request: (policy, oob) => withoutSecureConnections(requestFeatures(policy, oob)),
  response: responseFeatures,
};
