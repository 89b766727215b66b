import type { Gap } from "../gap/gap.ts";
import type { LocalIdentity } from "../gap/own-address.ts";
import type { GattServer } from "../gatt/server.ts";
import type { Address, Bond, Clock, Crypto, KeyStore } from "../ports.ts";
import type { Backoff } from "../smp/backoff.ts";
import type { PairingDelegate } from "../smp/delegate.ts";
import type { OobMaterial } from "../smp/oob.ts";
import type { PairingPolicy } from "../smp/policy.ts";
import type { Features } from "../smp/settings.ts";
import type { BondWatch } from "./bond-watch.ts";
import type { ClientMemory } from "./clients.ts";
import type { StackEvent } from "./events.ts";
import type { TableCache } from "./table-cache.ts";

/** What all links of one stack share. */
export interface Context {
  readonly gap: Gap;
  readonly clock: Clock;
  readonly crypto: Crypto;
  readonly keys: KeyStore;
  readonly identity: LocalIdentity;
  readonly delegate: PairingDelegate;
  readonly backoff: Backoff;
  readonly watch: BondWatch;
  readonly server: GattServer | undefined;
  readonly tables: TableCache | undefined;
  readonly clients: ClientMemory;
  readonly features: Features | undefined;
  /** The longest ATT PDU that we offer to take. */
  readonly mtu: number;
  policyFor(peer: Address): PairingPolicy;
  oobFor(peer: Address): OobMaterial;
  /** A bond was made: its private addresses are to be recognised. */
  bondMade(bond: Bond): Promise<void>;
  /** Whether somebody is about to encrypt or pair, so that what this peer asks for needs no answer. */
  holdsRequests(peer: Address): boolean;
  /** The key of this bond encrypted a link. */
  bondUsed(bond: Bond): Promise<void>;
  emit(event: StackEvent): void;
}
