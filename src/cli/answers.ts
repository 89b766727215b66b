/**
 * Who answers a pairing in a process. Starting the command is the person's act, so Just Works goes on with a warning; six
 * digits are compared by a person or not at all, and a device never begins a pairing here.
 */
import type { EnsurePrompts } from "../bonds/prompts.ts";
import type { PairingAbout, PairingPrompts, PairingTerms } from "../link/pairing.ts";
import type { BondRecord } from "../storage/records.ts";
import type { Program } from "./program.ts";
import { askSecret, askYesNo, isAnswering } from "./terminal.ts";

export interface AnswerOptions {
  readonly program: Pick<Program, "terminal" | "interrupt">;
  readonly allowLegacy: boolean;
  /** `--force-repair`: the bond may be replaced. */
  readonly mayRepair: boolean;
  /** Something a person has to know. */
  readonly warn: (text: string) => void;
  /** What the adapter is called that a record belongs to. */
  readonly nameAdapter: (record: BondRecord) => Promise<string>;
}

export function answersOf(options: AnswerOptions): EnsurePrompts {
  return {
    pairing: pairingAnswers(options),
    confirmRepair: async () => options.mayRepair,
    confirmElsewhere: async (record) => {
      const name = await options.nameAdapter(record);
      options.warn(`The device has a bond with another adapter, ${name}, and may give it up for the new one`);
      return true;
    },
  };
}

function pairingAnswers({ program, allowLegacy, warn }: AnswerOptions): PairingPrompts {
  const { terminal } = program;
  const asking = isAnswering(terminal);
  const interrupt = (): void => program.interrupt();
  return {
    accept: async () => false,
    agree: async (terms) => mayGoOn(terms, allowLegacy, warn),
    async compare(digits, { signal }) {
      if (asking)
        return askYesNo(terminal, `Does the device show ${grouped(digits)} too?`, interrupt, signal);
      warn("The device wants six digits compared, and nobody is there to compare them");
      return false;
    },
    async enter({ signal }) {
      if (asking) return askSecret(terminal, "Code of the device (six digits): ", interrupt, signal);
      warn("The device wants its code, and nobody is there to type it: use --pin-file or --pin-stdin");
      return null;
    },
    display: (digits) => warn(`Type this into the device: ${grouped(digits)}`),
    keypress: () => {},
  };
}

function mayGoOn(
  { method, secureConnections }: PairingTerms,
  allowLegacy: boolean,
  warn: (text: string) => void,
): boolean {
  if (!secureConnections) {
    if (allowLegacy) warn("Legacy pairing: whoever listens now can find the keys");
    return allowLegacy;
  }
  if (method === "just-works")
    warn("Just Works: nothing shows that nobody is in the middle; --level authenticated asks for more");
  return true;
}

const grouped = (digits: string): string => `${digits.slice(0, 3)} ${digits.slice(3)}`;

/** Without an answer for anything: for what must not pair. */
export const NO_ANSWERS: PairingPrompts = {
  accept: async (_proposal, _about: PairingAbout) => false,
  agree: async () => false,
  compare: async () => false,
  enter: async () => null,
  display: () => {},
  keypress: () => {},
};
