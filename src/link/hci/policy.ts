import type { PairingPolicy } from "../../../hci/smp/policy.ts";
import { DEFAULT_POLICY } from "../../../hci/smp/policy.ts";
import type { DevicePolicy, LinkSecurity, SecurityLevel } from "../security.ts";

/** What one device is asked for, as our host takes it. Keys of 16 octets always; a person answers on this side. */
export function pairingPolicy({ minimumLevel, legacyAllowed }: DevicePolicy): PairingPolicy {
  const legacy = legacyAllowed && minimumLevel === "encrypted";
  return {
    ...DEFAULT_POLICY,
    minimumLevel,
    legacy,
    mitm: minimumLevel === "encrypted" ? "preferred" : "required",
    keypress: true,
  };
}

const RANK: Readonly<Record<SecurityLevel, number>> = { encrypted: 2, authenticated: 3, secure: 4 };

/** In what a secured link falls short of the policy; null: in nothing. */
export function shortfall(
  { level, keySize, secureConnections }: LinkSecurity,
  { minimumLevel, legacyAllowed }: DevicePolicy,
): "level" | "key-size" | "legacy" | null {
  if (level === null || RANK[level] < RANK[minimumLevel]) return "level";
  if (keySize === null || keySize < DEFAULT_POLICY.minimumKeySize) return "key-size";
  return secureConnections === true || legacyAllowed ? null : "legacy";
}
