/** A fresh copy of the octets behind a BufferSource, empty where it is detached. Throws TypeError for anything else. */
export function octetsIn(value: unknown): Uint8Array<ArrayBuffer> {
  if (ArrayBuffer.isView(value)) {
    const { buffer, byteOffset, byteLength } = value;
    return byteLength === 0
      ? new Uint8Array()
      : Uint8Array.from(new Uint8Array(buffer, byteOffset, byteLength));
  }
  if (value instanceof ArrayBuffer || isForeignBuffer(value))
    return value.byteLength === 0 ? new Uint8Array() : new Uint8Array(value).slice();
  throw new TypeError("The provided value is not of type '(ArrayBuffer or ArrayBufferView)'.");
}

/** An ArrayBuffer of another realm, such as a frame. */
function isForeignBuffer(value: unknown): value is ArrayBuffer {
  return Object.prototype.toString.call(value) === "[object ArrayBuffer]";
}

/** The value as pages see it: a view of its own, so that nobody's writing reaches anybody else. */
export const viewOf = (octets: Uint8Array): DataView => new DataView(Uint8Array.from(octets).buffer);
