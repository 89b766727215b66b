import type { Bytes } from "../ports.ts";

/**
 * Advertising reports without an object per report: a cursor over the octets of one event. `open` first checks the whole
 * event against the form of its declaration in events.ts; a test shows that both accept the same events and read the
 * same values.
 */
export abstract class ReportCursor {
  /** Of the event packet: code, length, subevent, number of reports, reports. */
  protected bytes: Uint8Array = new Uint8Array(0);
  /** Start of the current report; before the first one, of the first one. */
  protected at = 0;
  #left = 0;
  #started = false;

  /** Octets of a report before its data; the last of them is the length of the data. */
  protected abstract readonly headerSize: number;
  /** Octets of a report behind its data. */
  protected abstract readonly trailerSize: number;
  protected abstract isValid(at: number): boolean;

  /** False when the event does not have its declared form; nothing of it may be used then. */
  open(packet: Uint8Array): boolean {
    this.bytes = packet;
    this.#started = false;
    this.#left = 0;
    const count = packet[3];
    if (count === undefined || packet.length < 4) return false;
    let at = 4;
    for (let i = 0; i < count; i++) {
      const data = packet[at + this.headerSize - 1];
      if (data === undefined || !this.isValid(at)) return false;
      at += this.headerSize + data + this.trailerSize;
      if (at > packet.length) return false;
    }
    if (at !== packet.length) return false;
    this.at = 4;
    this.#left = count;
    return true;
  }

  /** Moves to the next report. */
  next(): boolean {
    if (this.#left === 0) return false;
    if (this.#started) this.at += this.headerSize + this.dataLength + this.trailerSize;
    this.#started = true;
    this.#left--;
    return true;
  }

  protected octet(offset: number): number {
    return this.bytes[this.at + offset] ?? 0;
  }

  protected signed(offset: number): number {
    return (this.octet(offset) << 24) >> 24;
  }

  /** 0 public, 1 random, 2 and 3 the same as an identity the controller resolved, 0xFF none. */
  abstract readonly addressType: number;
  protected abstract readonly addressOffset: number;

  /** The address as one number below 2⁴⁸: a key for maps. */
  get addressKey(): number {
    const o = this.addressOffset;
    const low = this.octet(o) | (this.octet(o + 1) << 8) | (this.octet(o + 2) << 16);
    const high = this.octet(o + 3) | (this.octet(o + 4) << 8) | (this.octet(o + 5) << 16);
    return high * 0x100_0000 + low;
  }

  /** Six octets, most significant first, in a new array. */
  get address(): Bytes {
    const octets = new Uint8Array(6);
    for (let i = 0; i < 6; i++) octets[i] = this.octet(this.addressOffset + 5 - i);
    return octets;
  }

  get dataLength(): number {
    return this.octet(this.headerSize - 1);
  }

  /** A view into the event: copy what must outlive the call. */
  get data(): Uint8Array {
    const start = this.at + this.headerSize;
    return this.bytes.subarray(start, start + this.dataLength);
  }

  /** dBm, 127 unknown. */
  abstract readonly rssi: number;
}

/** LE Advertising Report (7.7.65.2). */
export class AdvertisingReports extends ReportCursor {
  protected readonly headerSize = 9;
  protected readonly trailerSize = 1;
  protected readonly addressOffset = 2;

  protected isValid(at: number): boolean {
    return (this.bytes[at] ?? 0xff) <= 4 && (this.bytes[at + 1] ?? 0xff) <= 3;
  }

  /** See AdvertisingEventType. */
  get type(): number {
    return this.octet(0);
  }

  get addressType(): number {
    return this.octet(1);
  }

  get rssi(): number {
    return this.signed(this.headerSize + this.dataLength);
  }
}

/** LE Extended Advertising Report (7.7.65.13). */
export class ExtendedAdvertisingReports extends ReportCursor {
  protected readonly headerSize = 24;
  protected readonly trailerSize = 0;
  protected readonly addressOffset = 3;

  protected isValid(at: number): boolean {
    const b = this.bytes;
    const addressType = b[at + 2] ?? 0xfe;
    const primary = b[at + 9] ?? 0;
    const secondary = b[at + 10] ?? 0xff;
    const direct = b[at + 16] ?? 0xff;
    return (
      (addressType <= 3 || addressType === 0xff) &&
      (primary === 1 || primary === 3 || primary === 4) &&
      secondary <= 4 &&
      (direct <= 3 || direct === 0xfe)
    );
  }

  /** See ExtendedEventType. */
  get type(): number {
    return this.octet(0) | (this.octet(1) << 8);
  }

  get addressType(): number {
    return this.octet(2);
  }

  get primaryPhy(): number {
    return this.octet(9);
  }

  get secondaryPhy(): number {
    return this.octet(10);
  }

  /** 0xFF: no advertising set. */
  get sid(): number {
    return this.octet(11);
  }

  /** dBm, 127 unknown. */
  get txPower(): number {
    return this.signed(12);
  }

  get rssi(): number {
    return this.signed(13);
  }
}
