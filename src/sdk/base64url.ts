/** Octets as text that may stand in an address (RFC 4648 section 5, without padding). */
export function toBase64url(octets: Uint8Array): string {
  let binary = "";
  for (const octet of octets) binary += String.fromCharCode(octet);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/u, "");
}

/** The reverse; undefined for anything that `toBase64url` does not write, so that octets have one text only. */
export function fromBase64url(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[\w-]*$/u.test(text) || text.length % 4 === 1) return undefined;
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const octets = Uint8Array.from(binary, (unit) => unit.charCodeAt(0));
  return toBase64url(octets) === text ? octets : undefined;
}
