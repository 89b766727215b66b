/** What the procedure asks a person. Left out in unattended runs: then nothing is chosen, confirmed or discarded. */
import type { Peer } from "../link/backend.ts";
import type { OutOfBand } from "../link/out-of-band.ts";
import type { PairingPrompts } from "../link/pairing.ts";
import type { BondRecord } from "../storage/records.ts";

/**
 * Whether a bond may be replaced; and with what the device gave over another way than the radio, where a person has that.
 * The procedure zeroes it, and pairs with nothing weaker. Only where `capabilities.pairing` is `explicit`.
 */
export type RepairConsent = boolean | { readonly outOfBand: OutOfBand };

export interface EnsurePrompts {
  /** Opens the chooser for a device that cannot be reached without one. Must run inside a user gesture. */
  choosePeer?(record: BondRecord | null, signal: AbortSignal): Promise<Peer>;
  /** The platform id is new but name and services fit: is this the device of `record`? */
  confirmIdentity?(record: BondRecord, peer: Peer, signal: AbortSignal): Promise<boolean>;
  /** The device has a bond with another adapter (`record`) and may keep only one: pair it here as well? */
  confirmElsewhere?(record: BondRecord, signal: AbortSignal): Promise<boolean>;
  /** May the bond of `record` be replaced? The device was reset, or something imitates it. */
  confirmRepair?(record: BondRecord, signal: AbortSignal): Promise<RepairConsent>;
  /** Only with keys of our own. Without it a pairing asks nobody: it works with a `pin` for a passkey, or not at all. */
  readonly pairing?: PairingPrompts;
  /** Keys cannot be stored now: pair all the same, for as long as this page or program runs? */
  confirmUnstored?(why: "vault-locked" | "not-writable", signal: AbortSignal): Promise<boolean>;
}
