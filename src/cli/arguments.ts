/** The command line as data. Pure: words in, a command or `UsageError` out; nothing secret is ever accepted. */
import { parseArgs } from "node:util";
import type { Mode } from "../bonds/result.ts";
import { DONGLE_LIMITS } from "../link/backend.ts";
import type { Level } from "../storage/records.ts";
import { parseTransport, type TransportChoice } from "./transport-choice.ts";
import { UsageError } from "./usage-error.ts";

/** Where a PIN or a passphrase comes from; never the argument itself. */
export type SecretSource =
  | { readonly kind: "ask" }
  | { readonly kind: "stdin" }
  | { readonly kind: "file"; readonly path: string }
  /** The name of a systemd credential. */
  | { readonly kind: "credential"; readonly name: string };

export interface Common {
  readonly transport: TransportChoice;
  /** Null: the usual place. */
  readonly store: string | null;
  readonly passphrase: SecretSource;
  readonly json: boolean;
  readonly verbose: boolean;
  /** For the whole command. */
  readonly timeoutMs: number;
  /** For a device to be heard that there is no record of. */
  readonly findMs: number;
  /** For one attempt to connect. */
  readonly connectMs: number;
}

export interface BondCommand extends Common {
  readonly kind: "bond";
  readonly device: string;
  readonly mode: Mode;
  readonly pin: SecretSource;
  readonly level: Level | null;
  readonly allowLegacy: boolean;
  /** Only say what would be done. */
  readonly plan: boolean;
}

export type Command =
  | BondCommand
  | (Common & { readonly kind: "list" })
  | (Common & { readonly kind: "forget"; readonly device: string; readonly yes: boolean })
  | (Common & { readonly kind: "import"; readonly paths: readonly string[]; readonly dryRun: boolean })
  | (Common & { readonly kind: "export"; readonly format: ExportFormat; readonly to: string })
  | (Common & { readonly kind: "gatt"; readonly device: string })
  | (Common & { readonly kind: "read"; readonly device: string; readonly uuid: string })
  | (Common & { readonly kind: "scan" })
  | (Common & { readonly kind: "trace"; readonly to: string })
  | { readonly kind: "help" }
  | { readonly kind: "version" };

export const EXPORT_FORMATS = ["habluetooth", "bluez", "bumble", "aioble"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

const LEVELS = ["encrypted", "authenticated", "secure"] as const;
/** Seconds that are meant where nobody says any. */
const USUAL = { timeout: 60, find: 30, connect: DONGLE_LIMITS.connect / 1_000 } as const;
const MAX_SECONDS = 3_600;

const OPTIONS = {
  "check-only": { type: "boolean" },
  "force-repair": { type: "boolean" },
  plan: { type: "boolean" },
  "pin-file": { type: "string" },
  "pin-stdin": { type: "boolean" },
  "passphrase-file": { type: "string" },
  "passphrase-stdin": { type: "boolean" },
  "passphrase-credential": { type: "string" },
  transport: { type: "string" },
  store: { type: "string" },
  level: { type: "string" },
  "allow-legacy": { type: "boolean" },
  timeout: { type: "string" },
  find: { type: "string" },
  connect: { type: "string" },
  json: { type: "boolean" },
  verbose: { type: "boolean" },
  yes: { type: "boolean" },
  "dry-run": { type: "boolean" },
  format: { type: "string" },
  to: { type: "string" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean" },
} as const;

type Name = keyof typeof OPTIONS;
type Values = ReturnType<typeof parse>["values"];

const SECRETS = /^--(?:pin|passkey|passcode|passphrase|password|oob|ltk|irk|key)(?:=|$)/iu;
const COMMON: readonly Name[] = [
  "transport",
  "store",
  "timeout",
  "json",
  "verbose",
  "passphrase-file",
  "passphrase-stdin",
  "passphrase-credential",
];

/** What each command takes besides the common options, and how many words. */
const COMMANDS = {
  bond: {
    words: [1, 1],
    options: [
      "check-only",
      "force-repair",
      "plan",
      "pin-file",
      "pin-stdin",
      "level",
      "allow-legacy",
      "find",
      "connect",
    ],
  },
  list: { words: [0, 0], options: [] },
  forget: { words: [1, 1], options: ["yes"] },
  import: { words: [1, 64], options: ["dry-run"] },
  export: { words: [0, 0], options: ["format", "to"] },
  gatt: { words: [1, 1], options: ["find", "connect"] },
  read: { words: [2, 2], options: ["find", "connect"] },
  scan: { words: [0, 0], options: [] },
  trace: { words: [0, 0], options: ["to"] },
} as const satisfies Record<string, { words: readonly [number, number]; options: readonly Name[] }>;
type Verb = keyof typeof COMMANDS;

/** Throws UsageError; its message never repeats the value of an option. */
export function parseCommand(argv: readonly string[]): Command {
  refuseSecrets(argv);
  const { values, positionals } = parsed(argv);
  if (values.help === true) return { kind: "help" };
  if (values.version === true) return { kind: "version" };
  const [first, ...rest] = positionals;
  if (first === undefined) throw new UsageError("Cannot start: a device address or a command is needed");
  const verb = isVerb(first) ? first : "bond";
  const words = verb === "bond" ? positionals : rest;
  checkUse(verb, words, values);
  const common = commonOf(values);
  switch (verb) {
    case "bond":
      return { kind: "bond", ...common, ...bondOf(words[0] ?? "", values) };
    case "list":
    case "scan":
      return { kind: verb, ...common };
    case "forget":
      return { kind: verb, ...common, device: deviceIn(words[0]), yes: values.yes === true };
    case "gatt":
      return { kind: verb, ...common, device: deviceIn(words[0]) };
    case "read":
      return { kind: verb, ...common, device: deviceIn(words[0]), uuid: uuidIn(words[1]) };
    case "import":
      return { kind: verb, ...common, paths: words, dryRun: values["dry-run"] === true };
    case "export":
      return { kind: verb, ...common, format: formatIn(values.format), to: needed("to", values.to) };
    case "trace":
      return { kind: verb, ...common, to: needed("to", values.to) };
  }
}

function parse(args: string[]) {
  return parseArgs({ args, options: OPTIONS, allowPositionals: true });
}

function parsed(argv: readonly string[]): ReturnType<typeof parse> {
  try {
    return parse([...argv]);
  } catch (error) {
    // Node's own words may repeat what was typed after an option; the first sentence names the option only.
    const [first = ""] = (error instanceof Error ? error.message : "").split(/\. |\n/u);
    throw new UsageError(`Cannot read the command: ${first.replace(/'[^-'][^']*'/gu, "a value")}`);
  }
}

/** Whoever may list the processes of a machine may read their arguments. */
function refuseSecrets(argv: readonly string[]): void {
  const secret = argv.find((word) => SECRETS.test(word));
  if (secret === undefined) return;
  const name = secret.split("=", 1)[0];
  throw new UsageError(
    `Cannot take ${name}: other users can read arguments. Use --pin-file, --pin-stdin or --passphrase-file`,
  );
}

function isVerb(word: string): word is Exclude<Verb, "bond"> {
  return word !== "bond" && Object.hasOwn(COMMANDS, word);
}

function checkUse(verb: Verb, words: readonly string[], values: Values): void {
  const { words: count, options } = COMMANDS[verb];
  const [least, most] = count;
  const what = verb === "bond" ? "a device address" : `"${verb}"`;
  if (words.length < least) throw new UsageError(`Cannot run ${what}: too few words follow it`);
  if (words.length > most) throw new UsageError(`Cannot run ${what}: too many words follow it`);
  const may = new Set<string>([...COMMON, ...options]);
  const other = Object.keys(values).find((name) => !may.has(name));
  if (other !== undefined) throw new UsageError(`Cannot use --${other} with ${what}`);
}

function commonOf(values: Values): Common {
  return {
    transport: parseTransport(values.transport),
    store: values.store === undefined ? null : needed("store", values.store),
    passphrase: sourceOf("passphrase", {
      file: values["passphrase-file"],
      stdin: values["passphrase-stdin"],
      credential: values["passphrase-credential"],
    }),
    json: values.json === true,
    verbose: values.verbose === true,
    timeoutMs: 1_000 * secondsIn("timeout", values),
    findMs: 1_000 * secondsIn("find", values),
    connectMs: 1_000 * secondsIn("connect", values),
  };
}

function bondOf(device: string, values: Values): Omit<BondCommand, "kind" | keyof Common> {
  const check = values["check-only"] === true;
  const repair = values["force-repair"] === true;
  if (check && repair)
    throw new UsageError("Cannot use --check-only with --force-repair: one changes nothing");
  const pin = sourceOf("pin", { file: values["pin-file"], stdin: values["pin-stdin"] });
  const plan = values.plan === true;
  if (plan && pin.kind !== "ask") throw new UsageError("Cannot use a PIN with --plan: nothing is done");
  if (check && pin.kind !== "ask") throw new UsageError("Cannot use a PIN with --check-only: it never pairs");
  if (pin.kind === "stdin" && values["passphrase-stdin"] === true)
    throw new UsageError("Cannot read both a PIN and a passphrase from standard input");
  const { level } = values;
  const known = LEVELS.find((name) => name === level);
  if (level !== undefined && known === undefined)
    throw new UsageError(`Cannot use --level: known are ${LEVELS.join(", ")}`);
  return {
    device: deviceIn(device),
    mode: check ? "check" : repair ? "repair" : "ensure",
    pin,
    level: known ?? null,
    allowLegacy: values["allow-legacy"] === true,
    plan,
  };
}

interface Sources {
  readonly file: string | undefined;
  readonly stdin: boolean | undefined;
  readonly credential?: string | undefined;
}

function sourceOf(what: string, { file, stdin, credential }: Sources): SecretSource {
  const given = [file !== undefined, stdin === true, credential !== undefined].filter(Boolean).length;
  if (given > 1) throw new UsageError(`Cannot take the ${what} from two places`);
  if (file !== undefined) return { kind: "file", path: needed(`${what}-file`, file) };
  if (credential !== undefined) return { kind: "credential", name: needed(`${what}-credential`, credential) };
  return { kind: stdin === true ? "stdin" : "ask" };
}

/** Six octets in hexadecimal with colons, in upper case; or the id of a record. */
function deviceIn(word: string | undefined): string {
  if (word !== undefined && /^[\da-f]{2}(?:[:-][\da-f]{2}){5}$/iu.test(word))
    return word.replaceAll("-", ":").toUpperCase();
  if (word !== undefined && /^[\w-]{8,128}$/u.test(word) && !/^\d+$/u.test(word)) return word;
  throw new UsageError("Cannot find a device so: an address such as C0:FF:EE:00:00:01 is needed");
}

function uuidIn(word: string | undefined): string {
  const hex = word?.toLowerCase().replace(/^0x/u, "") ?? "";
  if (/^[\da-f]{4}$/u.test(hex)) return `0000${hex}-0000-1000-8000-00805f9b34fb`;
  if (/^[\da-f]{8}$/u.test(hex)) return `${hex}-0000-1000-8000-00805f9b34fb`;
  if (/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/u.test(hex)) return hex;
  throw new UsageError("Cannot read this characteristic: a UUID such as 2a19 is needed");
}

function formatIn(word: string | undefined): ExportFormat {
  const known = EXPORT_FORMATS.find((name) => name === word);
  if (known === undefined)
    throw new UsageError(`Cannot export: --format is one of ${EXPORT_FORMATS.join(", ")}`);
  return known;
}

function needed(name: string, value: string | undefined): string {
  if (value === undefined || value === "") throw new UsageError(`Cannot go on: --${name} is needed`);
  return value;
}

function secondsIn(name: keyof typeof USUAL, { [name]: word }: Values): number {
  if (word === undefined) return USUAL[name];
  const seconds = /^\d+$/u.test(word) ? Number(word) : 0;
  if (seconds < 1 || seconds > MAX_SECONDS)
    throw new UsageError(`Cannot use --${name}: seconds from 1 to ${MAX_SECONDS} are needed`);
  return seconds;
}
