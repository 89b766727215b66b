/** What came over another way than the radio. 16 octets each, most significant first; zeroed after use. */
export type OutOfBand =
  | {
      readonly kind: "secure-connections";
      readonly confirm: Uint8Array<ArrayBuffer>;
      readonly random: Uint8Array<ArrayBuffer>;
    }
  | { readonly kind: "legacy"; readonly key: Uint8Array<ArrayBuffer> };

export function wipeOutOfBand(data: OutOfBand | undefined): void {
  if (data === undefined) return;
  for (const octets of data.kind === "legacy" ? [data.key] : [data.confirm, data.random]) octets.fill(0);
}
