/** What is wrong with a code that came another way, in words that never quote it. */
import type { NdefFault } from "../../formats/ndef.ts";
import type { OobItem } from "../../formats/oob-code.ts";
import type { HandoverFault } from "../../formats/oob-ndef.ts";
import type { OobRefusal } from "../../state/oob.ts";
import { peerAddress } from "./words.ts";

const ITEMS: Readonly<Record<OobItem, string>> = {
  "old-key": "key for the old kind of pairing (0x10)",
  address: "address (0x1B)",
  role: "role (0x1C)",
  confirmation: "confirmation value (0x22)",
  random: "random value (0x23)",
};

const HANDOVER: Readonly<Record<HandoverFault, string>> = {
  twice: "there is more than one Handover Select record",
  version: "its Handover Select record is of a version that is not known",
  carrier: "a carrier in its Handover Select record is cut off, or longer than it says",
  lost: "a carrier in its Handover Select record leads to a record that is not there",
  ambiguous: "a carrier in its Handover Select record leads to two records",
};

function ndefFaultWords(fault: NdefFault): string {
  switch (fault.kind) {
    case "cut-off":
      return `record ${fault.record} is cut off, or says that it is longer than it is`;
    case "chunked":
      return `record ${fault.record} is in pieces (chunked), which no code needs to be`;
    case "begin":
      return fault.record === 1
        ? "its first record does not begin a message"
        : `record ${fault.record} begins another message`;
    case "type":
      return `record ${fault.record} has no type where it needs one, or one where it may have none`;
    case "no-end":
      return "its last record is missing";
    case "after-end":
      return `${fault.octets === 1 ? "an octet follows" : `${fault.octets} octets follow`} behind its last record`;
    case "too-many":
      return `it has more than ${fault.most} records`;
  }
}

function noCodeWords(handover: boolean, classic: boolean): string {
  if (classic) return "This NFC message is for classic Bluetooth: it holds no code for Bluetooth Low Energy.";
  return handover
    ? "No carrier in the Handover Select record of this NFC message leads to a code for Bluetooth Low Energy."
    : "This NFC message holds no code for Bluetooth Low Energy: a record of type application/vnd.bluetooth.le.oob is missing.";
}

/** `chosen`: address of the device that is to be paired, as it is shown. */
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
    case "ndef":
      return `This begins as all of an NFC tag does (an NDEF message), but ${refusal.inside ? "in its Handover Select record, " : ""}${ndefFaultWords(refusal.fault)}.`;
    case "handover":
      return `This is all of an NFC tag (an NDEF message), but ${HANDOVER[refusal.fault]}.`;
    case "no-code":
      return noCodeWords(refusal.handover, refusal.classic);
    case "several-codes":
      return "This NFC message holds codes of several devices: nobody can tell which one counts. Paste the payload of one of its records.";
    case "missing":
      if (refusal.oldKey)
        return "This code is for the old kind of pairing, which can be listened to. Bondkeeper takes no such code.";
      return `The ${refusal.values.map((value) => ITEMS[value]).join(" and the ")} ${refusal.values.length > 1 ? "are" : "is"} missing in this code. Without both it proves nothing.`;
    case "central-only":
      return "This is the code of a device that only connects to others, such as a phone.";
    case "other-device":
      return `This is the code of another device: it names ${peerAddress(refusal.peerId)}, and this one is ${chosen}.`;
  }
}
