/** Reading the vector files: plain JSON, octets as hexadecimal text. */
import { readFileSync } from "node:fs";
import { fromHex } from "../../hci/codec/bytes.ts";
import type { Address } from "../../hci/ports.ts";

/** A file of `test/vectors`. The caller names its shape: the files are fixed. */
export function loadVectors(file: string): unknown {
  return JSON.parse(readFileSync(new URL(`../vectors/${file}`, import.meta.url), "utf8"));
}

/** An address over the air: type 0 is public, 1 random. */
export function address(type: number, text: string): Address {
  return { type: type === 0 ? "public" : "random", octets: fromHex(text) };
}
