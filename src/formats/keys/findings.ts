/** What is odd about keys in a file: the rules as data, and the list that collects what was found. */
import { cleanName } from "../../storage/text.ts";

/**
 * `reject`: the key (L-24: the file) is left out. `warn`: taken in and shown. `fix`: corrected and noted. `note`:
 * nothing is wrong.
 */
export type Action = "reject" | "warn" | "fix" | "note";

interface Rule {
  readonly action: Action;
  readonly says: string;
}

export const RULES = {
  "L-01": { action: "reject", says: "A key or Rand is damaged or has the wrong length" },
  "L-02": { action: "reject", says: "The key is zero or publicly known" },
  "L-03": { action: "fix", says: "An identity key of zeros is no identity key" },
  "L-04": { action: "warn", says: "The identity key is not this device's alone: identities can be confused" },
  "L-05": { action: "warn", says: "A Secure Connections key has EDIV or Rand; zero is used" },
  "L-06": {
    action: "warn",
    says: "Marked as legacy, but without EDIV and Rand: taken as Secure Connections",
  },
  "L-07": { action: "fix", says: "A Secure Connections key stands in the place of a central's key" },
  "L-08": { action: "reject", says: "The key size is not 7 to 16" },
  "L-09": { action: "warn", says: "The key is shorter than 16 octets, or its octets do not fit its size" },
  "L-10": { action: "warn", says: "A debug key: everybody can read the link; kept, never used" },
  "L-11": { action: "warn", says: "A private address is no identity; the identity key is needed" },
  "L-12": { action: "warn", says: "The address type is missing or unreadable; both are tried" },
  "L-13": { action: "warn", says: "Several keys for the same device and role; all are kept" },
  "L-14": { action: "warn", says: "The same address as public and as random device; two records" },
  "L-15": { action: "warn", says: "The bond belongs to no dongle that is here; it cannot be proven now" },
  "L-16": { action: "note", says: "Authenticated, but legacy: counts as level 2 at most" },
  "L-17": { action: "warn", says: "Two devices have the same key: a copying error or a cloned device" },
  "L-18": { action: "reject", says: "EDIV or Rand is out of range" },
  "L-19": { action: "warn", says: "Two copies of the peripheral's key differ; the first is used" },
  "L-20": { action: "fix", says: "Legacy keys of an older pairing stand beside the key; they are only kept" },
  "L-21": { action: "note", says: "The two legacy keys may be in swapped places; both are candidates" },
  "L-22": { action: "note", says: "A BR/EDR link key is only kept" },
  "L-23": { action: "note", says: "A signing key has no counter; kept without" },
  "L-24": { action: "reject", says: "The file does not have the shape of its format" },
} as const satisfies Readonly<Record<string, Rule>>;

export type RuleId = keyof typeof RULES;

export interface Finding {
  readonly rule: RuleId;
  readonly action: Action;
  /** Where in the file, or the device's address. Text from the file: cleaned, to be shown as text only. */
  readonly where: string;
  /** Never a key. */
  readonly detail: string;
}

/** A key that cannot be used, thrown where it is read and caught by `Findings.attempt`. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly rule: RuleId;

  constructor(rule: RuleId, detail: string) {
    super(detail);
    this.rule = rule;
  }
}

const MAX_FINDINGS = 2_000;

export class Findings {
  readonly list: Finding[] = [];
  /** How many did not fit into `list`. */
  dropped = 0;

  add(rule: RuleId, where: string, detail = "", action: Action = RULES[rule].action): void {
    if (this.list.length >= MAX_FINDINGS) {
      this.dropped++;
      return;
    }
    this.list.push({ rule, action, where: cleanName(where, 200), detail: cleanName(detail, 200) });
  }

  /** The result of `read`, or null and a finding where the key is refused. */
  attempt<T>(where: string, read: () => T): T | null {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.add(error.rule, where, error.message, "reject");
      return null;
    }
  }
}
