/** A result as text to send to somebody: no key, no passkey and no value is ever part of it. */
import type { BondResult, Evidence, StepName, StepReport } from "../bonds/result.ts";
import type { Level } from "../storage/records.ts";
import type { Platform } from "../state/platform.ts";
import { duration } from "./age.ts";
import { explainResult, resultTitle } from "./explain/results.ts";
import { noteWords } from "./explain/steps.ts";

export interface TextHeader {
  readonly platform: Platform;
  /** What is known of the radio, in a word or two. */
  readonly adapter: string;
  readonly address: string;
}

/** The names of the lines, those of the command line where it has the same step. */
const LINE: Readonly<Record<StepName, string>> = {
  adapter: "adapter",
  permission: "permission",
  known: "bond",
  connect: "connect",
  discover: "discover",
  verify: "verify",
  pair: "pairing",
  prove: "re-verify",
  trust: "autoConnect",
  persist: "stored",
};

export function resultText(result: BondResult, header: TextHeader): string {
  const { platform, adapter, address } = header;
  const { happened, untouched, next } = explainResult(result, platform.system);
  const lines = [
    ["Bondkeeper", result.appVersion],
    ["Page", address],
    ["Browser", `${platform.browser} on ${platform.system}`],
    ["Bluetooth", `${result.transport}, ${adapter}`],
    ["Device", result.device === "" ? "without a name" : oneLine(result.device)],
    ["Record", result.bondId ?? "none"],
    ["Mode", result.mode],
    [],
    ...tellingReports(result.steps).map((report) => stepLine(report, platform)),
    ["archive", archiveWords(result)],
    ["result", `${result.code} ${result.name}${result.reason === null ? "" : `, ${result.reason}`}`],
    [],
    ["Evidence", EVIDENCE[result.evidence]],
    ["Last proof", result.provenAt ?? "none"],
    ["Needs", result.level === null ? "not known" : LEVEL_WORDS[result.level]],
    ["Key size", result.keySize === null ? "not known" : `${result.keySize} octets`],
    ["Stored", storedWords(result)],
    ["Half bond", result.halfBondSuspected ? "suspected" : "no sign of one"],
    [],
  ];
  const table = lines.map(([name, value]) => (name === undefined ? "" : `${name.padEnd(12)} ${value ?? ""}`));
  return [...table, resultTitle(result), happened, untouched, ...next.map((step) => `- ${step}`)].join("\n");
}

export const EVIDENCE: Readonly<Record<Evidence, string>> = {
  none: "nothing was seen",
  recorded: "a record, nothing more",
  reachable: "the device answered; that says nothing about the bond",
  encrypted: "encrypted: the stored key secured a connection",
  "access-verified": "access verified: a protected read succeeded",
};

/** What the device asks for before it answers the probe. */
export const LEVEL_WORDS: Readonly<Record<Level, string>> = {
  encrypted: "encryption",
  authenticated: "encryption with a checked passkey or code",
  secure: "LE Secure Connections with a checked passkey or code",
};

/** A record that was stored is no bond that was. */
export function storedWords({ persisted, provenAt }: Pick<BondResult, "persisted" | "provenAt">): string {
  if (!persisted) return "no";
  return provenAt === null ? "the device, without a bond that was proven" : "yes";
}

/** What ended, in order; a beginning only where it tells why the try before it failed. */
function tellingReports(steps: readonly StepReport[]): readonly StepReport[] {
  return steps.filter(({ status, note }) => status !== "started" || note !== null);
}

/** The name of a step's line, and what became of the step. */
export function stepLine(
  { step, status, attempt, ms, note }: StepReport,
  { system }: Pick<Platform, "system">,
): readonly [name: string, words: string] {
  if (note?.kind === "retrying")
    return [LINE[step], `failed, attempt ${attempt - 1}: ${noteWords(note, system)}`];
  const time = ms > 0 ? ` ${duration(ms)}` : "";
  const again = attempt > 1 ? `, attempt ${attempt}` : "";
  const words = note === null ? "" : `: ${noteWords(note, system)}`;
  return [LINE[step], `${status}${time}${again}${words}`];
}

function archiveWords({ bondChanged }: BondResult): string {
  if (bondChanged === "replaced") return "the old record was archived and released";
  return bondChanged === "restored" ? "the old record is back" : "not needed";
}

const oneLine = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ");
