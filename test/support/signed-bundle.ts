/** A signed web bundle, read without the program that signed it: what is signed, by whom, and what is in it. */
import { createHash, createPublicKey, type KeyObject, verify } from "node:crypto";

export interface SignedBundle {
  /** The bundle without its integrity block. */
  readonly bundle: Buffer;
  readonly webBundleId: string;
  /** The block as it was signed: without any signature. */
  readonly unsignedBlock: Buffer;
  readonly signatures: readonly Signature[];
}

export interface Signature {
  /** As they stand in the file. */
  readonly attributes: Buffer;
  readonly publicKey: KeyObject;
  /** The key as the id has it: 32 octets of Ed25519, or 33 of a compressed point. */
  readonly raw: Buffer;
  readonly signature: Buffer;
}

/** SubjectPublicKeyInfo up to the key itself. */
const SPKI: Readonly<Record<string, string>> = {
  ed25519PublicKey: "302a300506032b6570032100",
  ecdsaP256SHA256PublicKey: "3039301306072a8648ce3d020106082a8648ce3d030107032200",
};
const ID_SUFFIX: Readonly<Record<string, string>> = {
  ed25519PublicKey: "000102",
  ecdsaP256SHA256PublicKey: "000202",
};
const MAGIC = Buffer.from("\u{1f58b}\u{1f4e6}");

/** Throws where it is not exactly an integrity block of version 2b, with a whole bundle behind it. */
export function readSignedBundle(file: Uint8Array): SignedBundle {
  const bytes = Buffer.from(file);
  const bundle = bytes.subarray(bytes.length - Number(bytes.readBigUInt64BE(bytes.length - 8)));
  const cursor = new Cursor(bytes.subarray(0, bytes.length - bundle.length));
  cursor.count(4, 4);
  if (!cursor.octets(2).equals(MAGIC)) throw new Error("Cannot read: no integrity block");
  if (cursor.octets(2).toString("latin1") !== "2b\0\0") throw new Error("Cannot read: another version");
  cursor.count(5, 1);
  if (cursor.octets(3).toString() !== "webBundleId") throw new Error("Cannot read: no id");
  const webBundleId = cursor.octets(3).toString();
  const unsignedBlock = Buffer.concat([cursor.since(0), Buffer.of(0x80)]);
  const signatures = Array.from({ length: cursor.head(4) }, () => oneSignature(cursor));
  cursor.end();
  return { bundle, webBundleId, unsignedBlock, signatures };
}

function oneSignature(cursor: Cursor): Signature {
  cursor.count(4, 2);
  const from = cursor.at;
  cursor.count(5, 1);
  const name = cursor.octets(3).toString();
  const raw = cursor.octets(2);
  const attributes = cursor.since(from);
  const key = Buffer.concat([Buffer.from(SPKI[name] ?? "", "hex"), raw]);
  const publicKey = createPublicKey({ key, format: "der", type: "spki" });
  return {
    attributes,
    publicKey,
    raw: Buffer.concat([raw, Buffer.from(ID_SUFFIX[name] ?? "", "hex")]),
    signature: cursor.octets(2),
  };
}

/** The octets that a signature is over: hash, block and attributes, each behind its length. */
export function signedOctets({ bundle, unsignedBlock }: SignedBundle, { attributes }: Signature): Buffer {
  const parts = [createHash("sha512").update(bundle).digest(), unsignedBlock, attributes];
  return Buffer.concat(
    parts.flatMap((part) => {
      const length = Buffer.alloc(8);
      length.writeBigUInt64BE(BigInt(part.length));
      return [length, part];
    }),
  );
}

export function isSignedBy(file: SignedBundle, signature: Signature): boolean {
  const data = signedOctets(file, signature);
  return verify(undefined, data, signature.publicKey, signature.signature);
}

/** The id that a key stands for: base32 without padding, in lower case. */
export function idOf({ raw }: Signature): string {
  const bits = Array.from(raw, (octet) => octet.toString(2).padStart(8, "0")).join("");
  const groups = bits.match(/.{1,5}/gu) ?? [];
  return groups
    .map((group) => "abcdefghijklmnopqrstuvwxyz234567"[parseInt(group.padEnd(5, "0"), 2)])
    .join("");
}

/** CBOR of definite lengths, as far as an integrity block goes. */
class Cursor {
  at = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** The argument of an item of this major type. */
  head(major: number): number {
    const first = this.#bytes.readUInt8(this.at++);
    if (first >> 5 !== major)
      throw new Error(`Cannot read: major type ${first >> 5} where ${major} should be`);
    const low = first & 0x1f;
    if (low < 24) return low;
    if (low === 24) return this.#bytes.readUInt8(this.at++);
    throw new Error("Cannot read: longer than an integrity block is");
  }

  count(major: number, items: number): void {
    if (this.head(major) !== items) throw new Error(`Cannot read: not ${items} items`);
  }

  octets(major: 2 | 3): Buffer {
    const length = this.head(major);
    return this.#bytes.subarray(this.at, (this.at += length));
  }

  since(from: number): Buffer {
    return this.#bytes.subarray(from, this.at);
  }

  end(): void {
    if (this.at !== this.#bytes.length) throw new Error("Cannot read: more than an integrity block");
  }
}
