import type { Session } from "../session.ts";
import { basicCommands } from "./basic.ts";
import type { Handler } from "./handler.ts";
import { advertisingCommands } from "./le-advertising.ts";
import { connectingCommands } from "./le-connecting.ts";
import { extendedCommands } from "./le-extended.ts";
import { linkCommands } from "./le-links.ts";
import { privacyCommands } from "./le-privacy.ts";
import { scanningCommands } from "./le-scanning.ts";
import { securityCommands } from "./le-security.ts";
import { setupCommands } from "./le-setup.ts";

/** Every command of this controller's generation, by opcode. What is not here does not exist. */
export function commandTable(session: Session, reset: () => void): ReadonlyMap<number, Handler> {
  const { opcodes } = session.core.profile;
  const all = [
    ...basicCommands(session, reset),
    ...setupCommands(session),
    ...advertisingCommands(session),
    ...scanningCommands(session),
    ...connectingCommands(session),
    ...linkCommands(session),
    ...securityCommands(session),
    ...privacyCommands(session),
    ...extendedCommands(session),
  ];
  return new Map(all.filter(({ opcode }) => opcodes.has(opcode)).map((handler) => [handler.opcode, handler]));
}
