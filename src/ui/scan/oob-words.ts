/** What is wrong with a code that came another way, in words that never quote it. */
import type { OobItem } from "../../formats/oob-code.ts";
import type { OobRefusal } from "../../state/scan/oob.ts";
import { peerAddress } from "../pairing/words.ts";

const ITEMS: Readonly<Record<OobItem, string>> = {
  "old-key": "key for the old kind of pairing (0x10)",
  address: "address (0x1B)",
  role: "role (0x1C)",
  confirmation: "confirmation value (0x22)",
  random: "random value (0x23)",
};

/** `chosen`: address of the device that was chosen, as it is shown. */
export function oobRefusalWords(refusal: OobRefusal, chosen: string): string {
  switch (refusal.kind) {
    case "empty":
      return "Paste the code first.";
    case "too-long":
      return `This is no code of a device: it is longer than ${refusal.most} characters.`;
    case "not-hex":
      return "This is no code of a device: only the digits 0 to 9 and a to f belong in it.";
    case "half-an-octet":
      return "A digit is missing, or one is too many: a code has an even number of digits.";
    case "cut-off":
      return "The code is not whole: one of its entries is cut off. Take all of it.";
    case "length":
      return `The ${ITEMS[refusal.item]} has ${refusal.octets} octets in this code, and must have ${refusal.expected}.`;
    case "twice":
      return `The ${ITEMS[refusal.item]} is in this code twice: nobody can tell which one counts.`;
    case "missing":
      if (refusal.oldKey)
        return "This code is for the old kind of pairing, which can be listened to. Bondkeeper takes no such code.";
      return `The ${refusal.values.map((value) => ITEMS[value]).join(" and the ")} ${refusal.values.length > 1 ? "are" : "is"} missing in this code. Without both it proves nothing.`;
    case "central-only":
      return "This is the code of a device that only connects to others, such as a phone.";
    case "other-device":
      return `This is the code of another device: it names ${peerAddress(refusal.peerId)}, and you chose ${chosen}.`;
  }
}
