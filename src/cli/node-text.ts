import type { TextPort } from "../../hci/ports.ts";

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** UTF-8 as Node reads and writes it. */
export const nodeText: TextPort = {
  decode: (utf8) => decoder.decode(utf8),
  encode: (text) => encoder.encode(text),
};
