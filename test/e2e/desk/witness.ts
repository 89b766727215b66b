/** What passed between the page's host and the dongle, as the dongle saw it. */
import { decodeCommand } from "../../../hci/codec/command.ts";
import { decodeEvent } from "../../../hci/codec/event.ts";
import { LeEnableEncryption } from "../../../hci/host/commands/le-security.ts";
import { EncryptionChange } from "../../../hci/host/events.ts";
import { PairingRequest } from "../../../hci/smp/pdus.ts";
import type { Packet } from "../../../hci/transport/packet.ts";
import { ACL_PACKET, EVENT_PACKET } from "../../../hci/virtual/usb-pipes.ts";
import { digestOf } from "./resident.ts";

const SMP_CHANNEL = 6;
/** Flags of an ACL packet that continues another one (Vol 4 Part E 5.4.2). */
const CONTINUES = 0x10;
const KEY_MISSING = 0x06;

export class Witness {
  /** Pairing Requests that the page's host sent. */
  pairingRequests = 0;
  /** Digests of the keys it asked to encrypt with, in order. */
  readonly keys: string[] = [];
  /** Encryption Change events that said "on", and those that said that the device has no such key. */
  encrypted = 0;
  keyMissing = 0;
  /** Packets that do not fit into one USB packet. */
  longEvents = 0;
  longData = 0;

  fromHost({ type, bytes }: Packet): void {
    if (type === "command" && opcodeOf(bytes) === LeEnableEncryption.opcode)
      this.keys.push(digestOf(decodeCommand(LeEnableEncryption, bytes).longTermKey));
    if (type === "acl" && beginsPairing(bytes)) this.pairingRequests++;
  }

  fromDongle({ type, bytes }: Packet): void {
    if (type === "acl") {
      if (bytes.length > ACL_PACKET) this.longData++;
      return;
    }
    if (bytes.length > EVENT_PACKET) this.longEvents++;
    if (bytes[0] !== EncryptionChange.code) return;
    const { status, enabled } = decodeEvent(EncryptionChange, bytes);
    if (status === 0 && enabled !== 0) this.encrypted++;
    if (status === KEY_MISSING) this.keyMissing++;
  }
}

const opcodeOf = (bytes: Uint8Array): number => (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8);

function beginsPairing(bytes: Uint8Array): boolean {
  const begins = ((bytes[1] ?? 0) & 0x30) !== CONTINUES;
  return begins && bytes[6] === SMP_CHANNEL && bytes[7] === 0 && bytes[8] === PairingRequest.opcode;
}
