import { ReadByTypeReq } from "../att/pdus.ts";
import * as att from "../att/pdus.ts";
import { DecodeError } from "../codec/error.ts";
import { decodePdu } from "../codec/pdu.ts";
import { AttErrorCode } from "../att/errors.ts";
import { CHARACTERISTIC, DATABASE_HASH, INCLUDE } from "./uuids.ts";

/** Requests that name an attribute we may have moved. Discovery passes: it is how a client catches up. */
const BY_HANDLE: ReadonlySet<number> = new Set(
  [
    att.ReadReq,
    att.ReadBlobReq,
    att.ReadMultipleReq,
    att.ReadMultipleVariableReq,
    att.WriteReq,
    att.PrepareWriteReq,
  ].map(({ opcode }) => opcode),
);

/**
 * Whether one client knows that the database changed (Vol 3 Part G 2.5.2.1). Only clients that turned robust caching
 * on are held back.
 */
export class ChangeAwareness {
  #state: "aware" | "unaware" | "catching-up";

  constructor(aware: boolean) {
    this.#state = aware ? "aware" : "unaware";
  }

  get aware(): boolean {
    return this.#state === "aware";
  }

  databaseChanged(): void {
    this.#state = "unaware";
  }

  /** With one bearer a confirmed Service Changed is enough. */
  serviceChangedConfirmed(): void {
    this.#state = "aware";
  }

  /** 0x12, or null to serve. For a command any code means that it is dropped without a word. */
  admit(opcode: number, pdu: Uint8Array, robustCaching: boolean): number | null {
    if (!robustCaching || this.#state === "aware") return null;
    if ((opcode & 0x40) !== 0) return AttErrorCode.DatabaseOutOfSync;
    if (this.#state === "catching-up") {
      this.#state = "aware";
      return null;
    }
    const asked =
      opcode === ReadByTypeReq.opcode ? byType(pdu) : BY_HANDLE.has(opcode) ? "handle" : "discovery";
    if (asked === "hash" || asked === "handle") this.#state = "catching-up";
    return asked === "handle" ? AttErrorCode.DatabaseOutOfSync : null;
  }
}

function byType(pdu: Uint8Array): "hash" | "handle" | "discovery" {
  try {
    const { start, end, type } = decodePdu(ReadByTypeReq, pdu);
    const whole = start === 1 && end === 0xffff;
    if (whole && type === DATABASE_HASH) return "hash";
    return whole || type === INCLUDE || type === CHARACTERISTIC ? "discovery" : "handle";
  } catch (error) {
    if (error instanceof DecodeError) return "discovery"; // the server will refuse it for its form
    throw error;
  }
}
