import type { Uuid } from "../codec/uuid.ts";
import type { Bytes } from "../ports.ts";

/** What an attribute demands of the link. Each level includes the ones before it. */
export type Need = "none" | "encrypted" | "authenticated" | "secure";

/** The security of the link at this moment, as the server sees it. */
export interface LinkSecurity {
  readonly encrypted: boolean;
  /** Octets; 0 while not encrypted. */
  readonly keySize: number;
  readonly authenticated: boolean;
  readonly secureConnections: boolean;
  /** A key for this peer is stored, so encryption would do; without one it has to pair. */
  readonly keyKnown: boolean;
}

/** Thrown by a value's `read` or `write`: goes to the peer as ATT_ERROR_RSP with this code. */
export class AttRefusal extends Error {
  override readonly name = "AttRefusal";
  readonly code: number;

  constructor(code: number) {
    super(`Cannot serve the attribute: 0x${code.toString(16)}`);
    this.code = code;
  }
}

/** One attribute of a server (Vol 3 Part F 3.2). `Client` is whatever tells one connected client from another. */
export interface Attribute<Client> {
  readonly handle: number;
  readonly type: Uuid;
  /** The last handle of the group; service declarations only. */
  readonly groupEnd?: number;
  /** Null: nobody may. */
  readonly readNeed: Need | null;
  readonly writeNeed: Need | null;
  /** Whether ATT_WRITE_CMD is served. */
  readonly commands: boolean;
  /** The whole value. May throw AttRefusal. */
  read(client: Client): Bytes;
  /** Takes the whole value. May throw AttRefusal. */
  write(client: Client, value: Bytes): void;
}

const SECURITY_ERROR = { authentication: 0x05, keySize: 0x0c, encryption: 0x0f } as const;

/** The refusal that a need produces on a link, or null. `minimumKeySize` in octets. */
export function securityError(need: Need, link: LinkSecurity, minimumKeySize = 16): number | null {
  if (need === "none") return null;
  if (!link.encrypted) return link.keyKnown ? SECURITY_ERROR.encryption : SECURITY_ERROR.authentication;
  if (need !== "encrypted" && !link.authenticated) return SECURITY_ERROR.authentication;
  if (need === "secure" && !link.secureConnections) return SECURITY_ERROR.authentication;
  return link.keySize < minimumKeySize ? SECURITY_ERROR.keySize : null;
}
