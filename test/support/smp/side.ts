/** One host's security on one link, with everything round it in the hands of a test. */
import type { Channel } from "../../../hci/l2cap/channel.ts";
import type { Address, Bond } from "../../../hci/ports.ts";
import { Backoff } from "../../../hci/smp/backoff.ts";
import type { LocalIdentity } from "../../../hci/smp/keys.ts";
import type { PairingPolicy } from "../../../hci/smp/policy.ts";
import { DEFAULT_POLICY } from "../../../hci/smp/policy.ts";
import { SecurityManager } from "../../../hci/smp/security-manager.ts";
import type { SecurityEvent, SecuritySettings } from "../../../hci/smp/settings.ts";
import { FixedCrypto } from "../crypto.ts";
import { ManualClock } from "../manual-clock.ts";
import { address } from "../vectors.ts";
import type { FakeLink } from "./fake-link.ts";
import { MemoryKeyStore } from "./memory-key-store.ts";
import { Person } from "./person.ts";

export const CENTRAL_ADDRESS = address(0, "c0:01:02:03:04:05");
export const PERIPHERAL_ADDRESS = address(1, "f1:11:12:13:14:15");

export interface SideOptions {
  readonly policy?: Partial<PairingPolicy>;
  readonly clock?: ManualClock;
  readonly crypto?: FixedCrypto;
  readonly bonds?: readonly Bond[];
  readonly store?: MemoryKeyStore;
  readonly backoff?: Backoff;
  readonly local?: LocalIdentity;
  readonly peer?: Address;
  readonly settings?: Pick<SecuritySettings, "oob" | "features">;
}

export class Side {
  readonly link: FakeLink;
  readonly clock: ManualClock;
  readonly crypto: FixedCrypto;
  readonly store: MemoryKeyStore;
  readonly backoff: Backoff;
  readonly person = new Person();
  readonly events: SecurityEvent[] = [];
  readonly manager: SecurityManager;

  constructor(link: FakeLink, channel: Channel, options: SideOptions = {}) {
    this.link = link;
    this.clock = options.clock ?? new ManualClock();
    this.crypto = options.crypto ?? new FixedCrypto({});
    this.store = options.store ?? new MemoryKeyStore(options.bonds);
    this.backoff = options.backoff ?? new Backoff(this.clock);
    this.manager = new SecurityManager(link, channel, {
      crypto: this.crypto,
      clock: this.clock,
      keys: this.store,
      backoff: this.backoff,
      local: options.local ?? { address: link.localAddress, irk: new Uint8Array(16).fill(7) },
      peer: options.peer ?? link.peerAddress,
      policy: { ...DEFAULT_POLICY, ...options.policy },
      delegate: this.person,
      onEvent: (event) => this.events.push(event),
      ...options.settings,
    });
  }

  /** The kinds of all events so far. */
  get told(): readonly string[] {
    return this.events.map(({ kind }) => kind);
  }
}
