import type { HandleRange } from "../gatt/discover.ts";
import type { HostClosedError } from "../host/host.ts";
import type { Address, Bond } from "../ports.ts";
import type { SecurityEvent } from "../smp/settings.ts";
import type { DeviceLink } from "./device-link.ts";
import type { Verdict } from "./verdict.ts";

/** What nobody waits for, told to the owner of the stack. Listeners must not throw. */
export type StackEvent =
  | { readonly kind: "security"; readonly link: DeviceLink; readonly event: SecurityEvent }
  /** Something was observed that speaks for or against a bond. The bond itself is unchanged. */
  | { readonly kind: "verdict"; readonly bond: Bond; readonly verdict: Verdict }
  /** Somebody's link is there, ours or one that was made to us; who it is, is as good as known. */
  | { readonly kind: "link-opened"; readonly link: DeviceLink }
  /** The controller took no link beside those `held` that there are (Vol 1 Part F 2.9). */
  | { readonly kind: "links-full"; readonly held: number }
  /** `reason`: Vol 1 Part F; undefined when the adapter went away. */
  | { readonly kind: "link-ended"; readonly link: DeviceLink; readonly reason: number | undefined }
  /** Handles in this range mean something else now: discover again. */
  | { readonly kind: "database-changed"; readonly link: DeviceLink; readonly range: HandleRange }
  /** The peer's services are not those that its hash stood for: from now on its hash counts for nothing. */
  | { readonly kind: "hash-lied"; readonly link: DeviceLink }
  /** No answer for 30 s: the link is being ended. */
  | { readonly kind: "att-timeout"; readonly link: DeviceLink }
  /** A peer connected, but who it is could not be found out: the link is being ended. */
  | { readonly kind: "not-identified"; readonly peer: Address; readonly error: Error }
  /** The key store, the table cache or the controller's list of peers failed; what depends on it was not done. */
  | { readonly kind: "keeping-failed"; readonly what: "keys" | "tables" | "resolving"; readonly error: Error }
  /**
   * The controller's list has no room for so many of the bonded peers: those used last are on it, the private addresses
   * of the others are resolved by the host. Nothing is lost but some time at each connection.
   */
  | { readonly kind: "resolving-list-full"; readonly listed: number; readonly left: number }
  | { readonly kind: "listener-failed"; readonly error: unknown }
  /** The adapter is gone; undefined after `close`. */
  | { readonly kind: "closed"; readonly error: HostClosedError | undefined };
