import { equal } from "../codec/bytes.ts";
import { ACL_HEADER, aclBoundary, aclHandle, Boundary } from "../host/acl.ts";
import { LeAddDeviceToResolvingList } from "../host/commands/le-privacy.ts";
import {
  LeEnableEncryption,
  LeEncrypt,
  LeGenerateDhKey,
  LeLongTermKeyRequestReply,
  LeRand,
} from "../host/commands/le-security.ts";
import { CommandComplete, LeGenerateDhKeyComplete } from "../host/events.ts";
import { ChannelId } from "../l2cap/fixed-channel.ts";
import {
  EncryptionInformation,
  IdentityInformation,
  PairingRandom,
  SigningInformation,
} from "../smp/pdus.ts";
import type { Bytes } from "../ports.ts";
import type { Packet } from "../transport/packet.ts";

/** Which way a packet goes: to the controller, or from it. */
export type Direction = "sent" | "received";

/** The first secret octet of a command packet, and how many there are; they are blanked up to the end otherwise. */
const commandSecrets = new Map<number, readonly [start: number, count: number]>([
  [LeEncrypt.opcode, [3, 32]],
  [LeEnableEncryption.opcode, [3 + 12, 16]],
  [LeLongTermKeyRequestReply.opcode, [3 + 2, 16]],
  [LeAddDeviceToResolvingList.opcode, [3 + 7, 32]],
  [LeGenerateDhKey.opcode, [3, 64]],
]);

/** Commands whose answer is a secret. */
const secretAnswers = new Set([LeEncrypt.opcode, LeRand.opcode]);

/**
 * SMP PDUs that hold a key, or from which the passkey can be computed: in a passkey entry each random reveals one bit of
 * it, in legacy pairing all of it.
 */
const secretPdus = new Set(
  [PairingRandom, EncryptionInformation, IdentityInformation, SigningInformation].map(({ opcode }) => opcode),
);

const FRAME_HEADER = 4;

/** Where one direction of one link is within its present L2CAP frame. */
interface FramePosition {
  at: number;
  readonly header: Uint8Array;
  opcode: number | undefined;
}

/**
 * Blanks every key and every value that gives one away, as packets pass by (no key is ever kept, not even for a moment).
 * Secrets are replaced by zeros and lengths stay, so a dissector reads the rest as ever. A frame is followed through its
 * fragments: however a peer cuts it, no part of a secret slips through.
 */
export class Redactor {
  readonly #frames = new Map<string, FramePosition>();

  /** A copy of the packet's octets without secrets. */
  redact(packet: Packet, direction: Direction): Bytes {
    const bytes = Uint8Array.from(packet.bytes);
    if (packet.type === "command") blankCommand(bytes);
    else if (packet.type === "event") blankEvent(bytes);
    else if (packet.type === "acl") this.#blankData(bytes, direction);
    return bytes;
  }

  #blankData(bytes: Bytes, direction: Direction): void {
    const key = `${direction} ${aclHandle(bytes)}`;
    if (aclBoundary(bytes) !== Boundary.continuing) {
      this.#frames.set(key, { at: 0, header: new Uint8Array(FRAME_HEADER), opcode: undefined });
    }
    const frame = this.#frames.get(key);
    if (frame === undefined) {
      bytes.fill(0, ACL_HEADER); // the middle of a frame whose start was not seen
      return;
    }
    for (let i = ACL_HEADER; i < bytes.length; i++, frame.at++) {
      if (frame.at < FRAME_HEADER) frame.header[frame.at] = bytes[i] ?? 0;
      else if (frame.at === FRAME_HEADER) frame.opcode = bytes[i];
      else if (isSecret(frame)) bytes[i] = 0;
    }
  }
}

function isSecret({ header, opcode }: FramePosition): boolean {
  const isSmp = equal(header.subarray(2), [ChannelId.securityManager, 0]);
  return isSmp && opcode !== undefined && secretPdus.has(opcode);
}

function blankCommand(bytes: Bytes): void {
  const secret = commandSecrets.get((bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8));
  if (secret === undefined) return;
  const [start, count] = secret;
  // A command of another length than declared is not one of ours: nothing in it is trusted to be public.
  if (bytes.length === start + count) bytes.fill(0, start);
  else bytes.fill(0, 3);
}

function blankEvent(bytes: Bytes): void {
  const [code, , subevent] = bytes;
  if (code === LeGenerateDhKeyComplete.code && subevent === LeGenerateDhKeyComplete.subevent)
    bytes.fill(0, 4);
  if (code !== CommandComplete.code) return;
  const opcode = (bytes[3] ?? 0) | ((bytes[4] ?? 0) << 8);
  if (secretAnswers.has(opcode)) bytes.fill(0, 6);
}
