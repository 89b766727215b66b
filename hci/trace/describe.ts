import { ATT_PDUS } from "../att/pdus.ts";
import { toHex } from "../codec/bytes.ts";
import { decode } from "../codec/codec.ts";
import { decodeCommand } from "../codec/command.ts";
import { DecodeError } from "../codec/error.ts";
import { decodeEvent, LE_META } from "../codec/event.ts";
import type { HciEvent } from "../codec/event.ts";
import type { Pdu } from "../codec/pdu.ts";
import { decodePdu } from "../codec/pdu.ts";
import { ACL_HEADER, aclBoundary, aclHandle, Boundary } from "../host/acl.ts";
import { CommandComplete, CommandStatus, events } from "../host/events.ts";
import { errorName } from "../host/hci-error.ts";
import { commandsByOpcode } from "../host/supported.ts";
import { ChannelId } from "../l2cap/fixed-channel.ts";
import { signallingPdus } from "../l2cap/signalling-pdus.ts";
import { SMP_PDUS } from "../smp/pdus.ts";
import type { Packet } from "../transport/packet.ts";
import type { Direction } from "./redact.ts";
import { Redactor } from "./redact.ts";

const eventsByKey = new Map(events.map((event) => [keyOf(event), event]));
const pdusByChannel = new Map<number, { readonly name: string; readonly pdus: readonly Pdu[] }>([
  [ChannelId.attribute, { name: "ATT", pdus: ATT_PDUS }],
  [ChannelId.signalling, { name: "L2CAP", pdus: signallingPdus }],
  [ChannelId.securityManager, { name: "SMP", pdus: SMP_PDUS }],
]);
const FRAME_HEADER = 4;

/** One line about one packet, from the declarations that also decode it. Secrets are blanked first. Never throws. */
export function describe(packet: Packet, direction: Direction): string {
  const bytes = new Redactor().redact(packet, direction);
  const arrow = direction === "sent" ? ">" : "<";
  return `${arrow} ${body(packet.type, bytes)}`;
}

function body(type: Packet["type"], bytes: Uint8Array): string {
  switch (type) {
    case "command":
      return describeCommand(bytes);
    case "event":
      return describeEvent(bytes);
    case "acl":
      return describeData(bytes);
    case "synchronous":
    case "iso":
      return `${type} ${toHex(bytes)}`;
  }
}

function describeCommand(bytes: Uint8Array): string {
  const opcode = (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8);
  const command = commandsByOpcode.get(opcode);
  if (command === undefined)
    return `Command 0x${opcode.toString(16).padStart(4, "0")} ${toHex(bytes.subarray(3))}`;
  return attempt(command.name, bytes, () => fields(decodeCommand(command, bytes)));
}

function describeEvent(bytes: Uint8Array): string {
  const code = bytes[0] ?? 0;
  const event = eventsByKey.get(code === LE_META ? (code << 8) | (bytes[2] ?? 0) : code);
  if (event === undefined) return `Event 0x${code.toString(16).padStart(2, "0")} ${toHex(bytes.subarray(2))}`;
  return attempt(event.name, bytes, () => {
    if (event === CommandComplete) return commandComplete(bytes);
    const values = decodeEvent(event, bytes);
    if (event !== CommandStatus) return fields(values);
    const { status, credits, opcode } = decodeEvent(CommandStatus, bytes);
    return `${nameOf(opcode)} ${fields({ status, credits })}`;
  });
}

function commandComplete(bytes: Uint8Array): string {
  const { credits, opcode, returns } = decodeEvent(CommandComplete, bytes);
  const command = commandsByOpcode.get(opcode);
  const [status] = returns;
  if (command === undefined || status === undefined)
    return `${nameOf(opcode)} credits=${credits} ${toHex(returns)}`;
  const values = status === 0 ? decode(command.returns, returns, 1) : {};
  return `${nameOf(opcode)} ${fields({ credits, status, ...values })}`;
}

function describeData(bytes: Uint8Array): string {
  const link = `0x${aclHandle(bytes).toString(16).padStart(3, "0")}`;
  const data = bytes.subarray(ACL_HEADER);
  if (aclBoundary(bytes) === Boundary.continuing) return `${link} … ${toHex(data)}`;
  if (data.length < FRAME_HEADER) return `${link} start of a frame ${toHex(data)}`;
  const length = (data[0] ?? 0) | ((data[1] ?? 0) << 8);
  const channel = (data[2] ?? 0) | ((data[3] ?? 0) << 8);
  const payload = data.subarray(FRAME_HEADER);
  const known = pdusByChannel.get(channel);
  const pdu = known?.pdus.find(({ opcode }) => opcode === payload[0]);
  if (known === undefined || pdu === undefined)
    return `${link} channel 0x${channel.toString(16)} ${toHex(payload)}`;
  const title = `${link} ${known.name} ${pdu.name}`;
  if (payload.length < length)
    return `${title} (${payload.length} of ${length} octets) ${toHex(payload.subarray(1))}`;
  return attempt(title, payload, () => fields(decodePdu(pdu, payload)));
}

/** A packet that does not have its declared form is shown as it is. */
function attempt(title: string, bytes: Uint8Array, values: () => string): string {
  try {
    return `${title} ${values()}`.trimEnd();
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return `${title} MALFORMED ${toHex(bytes)}`;
  }
}

function fields(values: object): string {
  return Object.entries(values)
    .map(
      ([name, value]: [string, unknown]) => `${name}=${name === "status" ? statusText(value) : text(value)}`,
    )
    .join(" ");
}

function statusText(value: unknown): string {
  if (typeof value !== "number") return text(value);
  return value === 0 ? "Success" : `"${errorName(value)}"`;
}

function text(value: unknown): string {
  if (value instanceof Uint8Array) return toHex(value);
  if (Array.isArray(value)) return `[${value.map(text).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value);
    const areFlags = entries.length > 0 && entries.every(([, on]) => typeof on === "boolean");
    if (areFlags) return `{${entries.flatMap(([name, on]) => (on === true ? [name] : [])).join(" ")}}`;
    return `{${fields(value)}}`;
  }
  return String(value);
}

function nameOf(opcode: number): string {
  return commandsByOpcode.get(opcode)?.name ?? `0x${opcode.toString(16).padStart(4, "0")}`;
}

function keyOf({ code, subevent }: HciEvent): number {
  return subevent === undefined ? code : (code << 8) | subevent;
}
