import type { Session } from "./session.ts";
import { Refusal, Status } from "./status.ts";

/** Every state and every combination (Vol 4 Part E 7.8.27). */
const ALL_STATES = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0x03, 0, 0);
/** Single states and those with scanning or plain advertising beside one role; not both roles at a time. */
const ONE_ROLE = Uint8Array.of(0xff, 0xff, 0xff, 0x1f, 0, 0, 0, 0);

export function supportedStates(session: Session): Uint8Array<ArrayBuffer> {
  return session.core.profile.bothRoles ? ALL_STATES.slice() : ONE_ROLE.slice();
}

/** Refuses to initiate when the states do not allow it, or no link is left. */
export function checkInitiating(session: Session): void {
  if (session.initiator.active) throw new Refusal(Status.CommandDisallowed);
  if (session.links.full) throw new Refusal(Status.ConnectionLimit);
  const peripheral = session.links.has("peripheral") || session.advertising.connectable;
  if (!session.core.profile.bothRoles && peripheral) throw new Refusal(Status.CommandDisallowed);
}

/** Refuses connectable advertising when the states do not allow it, or no link is left. */
export function checkConnectable(session: Session): void {
  if (session.links.full) throw new Refusal(Status.ConnectionLimit);
  const central = session.links.has("central") || session.initiator.active;
  if (!session.core.profile.bothRoles && central) throw new Refusal(Status.CommandDisallowed);
}
