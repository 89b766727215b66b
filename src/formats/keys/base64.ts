/** Base64 of MicroPython's `binascii`: one line, with a line end. */

/** Undefined for anything but base64; line ends at its end do not count. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  const line = text.trimEnd();
  if (line.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/u.test(line)) return undefined;
  return Uint8Array.from(atob(line), (unit) => unit.charCodeAt(0));
}

export function toBase64(octets: Uint8Array): string {
  return `${btoa(String.fromCharCode(...octets))}\n`;
}
