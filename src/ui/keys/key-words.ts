/** Bonds and their keys in words. */
import type { BondListing } from "../../storage/keys/listing.ts";
import type { Unfit } from "../../formats/keys/holds.ts";
import type { KeyFileProblem } from "../../formats/keys/problem.ts";
import type { ArchiveProblem } from "../../formats/archive/problem.ts";
import type { FormatId } from "../../formats/keys/record.ts";

type State = BondListing["state"];

interface StateWords {
  readonly word: string;
  /** Which of the four looks of the page it has. */
  readonly look: "proven" | "recorded" | "suspect" | "archived";
  readonly means: string;
}

export const STATES: Readonly<Record<State, StateWords>> = {
  active: {
    word: "In use",
    look: "proven",
    means: "The key has encrypted a connection other than the one it was made on.",
  },
  "half-bond": {
    word: "Half-bond",
    look: "suspect",
    means: "The key was stored, and the pairing did not end well on our side. The device may not have it.",
  },
  unproven: {
    word: "Unproven",
    look: "recorded",
    means: "The key was never tried on a connection of its own. The next one shows whether it works.",
  },
  failed: { word: "Failed", look: "suspect", means: "The key was tried and did not work. It is kept." },
  spare: { word: "Spare", look: "archived", means: "The key came beside one that is proven. It is kept." },
  erased: {
    word: "Erased",
    look: "archived",
    means: "The keys were erased. The device has to be paired again.",
  },
};

/** What the key protects, as far as it is known; of an import it is what the file claims. */
export function keyLevel(bond: BondListing): string {
  const { state, authenticated, secureConnections, keySize, imported, types } = bond;
  if (state === "erased") return "no key";
  if (!types.some((type) => type === "sc" || type === "central" || type === "peripheral"))
    return "no encryption key";
  const size = keySize === null ? "key size not known" : `${keySize * 8} bits`;
  const who =
    authenticated === null ? "protection not known" : authenticated ? "authenticated" : "not authenticated";
  const words = `${secureConnections ? "Secure Connections" : "legacy"}, ${who}, ${size}`;
  return imported !== null && !imported.accepted ? `the file claims: ${words}` : words;
}

export function methodWord(method: BondListing["method"]): string {
  switch (method) {
    case null:
      return "not known";
    case "just-works":
    case "legacy-just-works":
      return "without a check by a person (Just Works)";
    case "numeric-comparison":
      return "six digits compared";
    case "passkey":
    case "legacy-passkey":
      return "passkey typed";
    case "oob":
    case "legacy-oob":
      return "out of band";
  }
}

export const FORMAT_WORDS: Readonly<Record<FormatId, string>> = {
  habluetooth: "Home Assistant (habluetooth)",
  bluez: "BlueZ, Linux (/var/lib/bluetooth)",
  bumble: "Bumble",
  aioble: "aioble, MicroPython",
  btstack: "BTstack",
  "node-ble-host": "node-ble-host",
  windows: "Windows registry",
  zephyr: "Zephyr settings",
};

/** What a file without this loses, for a list behind "not in the file". */
export const LOST_WORDS: Readonly<Record<string, string>> = {
  local: "our own address",
  ownIrk: "our own identity key",
  irk: "the device's identity key",
  csrkLocal: "our signing key",
  csrkRemote: "the device's signing key",
  keySize: "the key size",
  authenticated: "how well the pairing was protected",
  oob: "that it was paired out of band",
  name: "the name",
  "older-keys": "older keys",
};

export const UNFIT_WORDS: Readonly<Record<Unfit, string>> = {
  "no-key": "has no encryption key",
  "debug-key": "has a debug key",
  "key-size-unknown": "has a key of unknown size",
  "address-type-unknown": "has an address of unknown type",
  "own-address-unknown": "does not say which adapter it belongs to",
  "place-taken": "has its place taken by another bond",
};

export function fileProblemWords(problem: KeyFileProblem | ArchiveProblem): string {
  switch (problem.kind) {
    case "archive-damaged":
      return `The archive is damaged: ${problem.reason}.`;
    case "archive-unsupported":
      return `This kind of archive is not read here: ${problem.reason}. Unpack it and drop the folder.`;
    case "archive-too-large":
      return `The archive holds more than ${problem.limit} ${problem.what}: too much to be keys.`;
    case "too-large":
      return `It is too large: ${problem.octets} octets, and at most ${problem.limit} are read.`;
    case "not-text":
      return "It is not text in its encoding.";
    case "too-deep":
      return "Lists within lists are nested too deeply to be keys.";
    case "not-json":
      return `It is not JSON, or it is cut ${problem.where}`.trimEnd().concat(".");
    case "no-files":
      return "There is no file in it.";
    case "too-many":
      return `There are more than ${problem.limit} ${problem.what}.`;
    case "not-recognised":
      return `No known format fits: ${problem.reasons.join("; ")}.`;
    case "shape":
      return `It is not what ${FORMAT_WORDS[problem.format]} writes: ${problem.where === "" ? "" : `${problem.where}: `}${problem.reason}.`;
    case "damaged":
      return `It is damaged at octet ${problem.offset}: ${problem.reason}.`;
    case "overwritten":
      return "Bumble has overwritten it with the name of its namespace: the keys are gone. Look for an older copy.";
  }
}
