import type { BondVerdict, Stack } from "../../link/foreign/entry.ts";

/** Whose code it is, for a person who pasted one. */
export function stackWords(stack: Stack): string {
  switch (stack) {
    case "att":
      return "Attribute protocol (ATT)";
    case "hci":
      return "Controller or link (HCI)";
    case "smp":
      return "Pairing (SMP)";
    case "nimble":
      return "NimBLE";
    case "bluedroid":
      return "Android or ESP-IDF (Bluedroid)";
    case "btstack":
      return "BTstack";
    case "bluez":
      return "Linux (BlueZ)";
    case "core-bluetooth":
      return "macOS or iOS (Core Bluetooth)";
    case "winrt":
      return "Windows";
    case "web-bluetooth":
      return "Browser (Web Bluetooth)";
  }
}

/** What the code says about a bond that worked before. */
export function verdictWords(bond: BondVerdict): string {
  switch (bond) {
    case "keep":
      return "It says nothing against the bond. Keep it.";
    case "suspect":
      return "The bond is suspect: the device was reset, or something imitates it. Keep it until you are sure.";
    case "if-encrypting":
      return "If it answered an attempt to encrypt, the bond is suspect. Otherwise keep it.";
    case "none":
      return "Alone it says nothing about the bond.";
  }
}
