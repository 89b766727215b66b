import type { BondVerdict, Stack } from "../state/explain-error.ts";

/** Where an error can come from, in the order in which people are likely to look. */
export const STACK_WORDS: readonly (readonly [Stack, string])[] = [
  ["web-bluetooth", "A web page (Web Bluetooth)"],
  ["bluez", "Linux (BlueZ)"],
  ["nimble", "NimBLE, MicroPython"],
  ["bluedroid", "Android or ESP32 (Bluedroid)"],
  ["btstack", "BTstack"],
  ["core-bluetooth", "Apple (Core Bluetooth)"],
  ["winrt", "Windows"],
  ["att", "ATT error code"],
  ["hci", "HCI status or disconnect reason"],
  ["smp", "SMP pairing failed"],
];

export const VERDICT_WORDS: Readonly<Record<BondVerdict, string>> = {
  keep: "says nothing against it. Keep it.",
  suspect: "speaks against it. Verify the bond, then repair it if you know that the device was reset.",
  "if-encrypting": "speaks against it only as the answer to an encryption.",
  none: "this is about making a bond, not about one that worked.",
};
