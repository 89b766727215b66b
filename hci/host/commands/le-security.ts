import { command, LE, statusCommand } from "../../codec/command.ts";
import { u16 } from "../../codec/integers.ts";
import { number } from "../../codec/octets.ts";
import { key128 } from "../fields.ts";

const rand = number(64);

/** 7.8.22 */
export const LeEncrypt = command(
  "LE Encrypt",
  LE,
  0x0017,
  { key: key128, plaintext: key128 },
  { encrypted: key128 },
);
/** 7.8.23; never our only source of randomness. */
export const LeRand = command("LE Rand", LE, 0x0018, {}, { random: rand });
/** 7.8.24 */
export const LeEnableEncryption = statusCommand("LE Enable Encryption", LE, 0x0019, {
  handle: u16,
  rand,
  ediv: u16,
  longTermKey: key128,
});
/** 7.8.25 */
export const LeLongTermKeyRequestReply = command(
  "LE Long Term Key Request Reply",
  LE,
  0x001a,
  { handle: u16, longTermKey: key128 },
  { handle: u16 },
);
/** 7.8.26 */
export const LeLongTermKeyRequestNegativeReply = command(
  "LE Long Term Key Request Negative Reply",
  LE,
  0x001b,
  { handle: u16 },
  { handle: u16 },
);
/** 7.8.36 */
export const LeReadLocalP256PublicKey = statusCommand("LE Read Local P-256 Public Key", LE, 0x0025, {});
/** 7.8.37 [v1]; each coordinate is reversed by itself. */
export const LeGenerateDhKey = statusCommand("LE Generate DHKey", LE, 0x0026, {
  x: number(256),
  y: number(256),
});
