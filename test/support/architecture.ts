/** The layers of the code as data, and what breaks them. Pure: sources in, sentences out. */
import { dirname, posix } from "node:path";
import { parseSync } from "vite";

/**
 * A place is a folder with all in it ("hci/att/"), the files directly in a folder ("src/link/*"), or one file. Every
 * place may import itself.
 */
interface Row {
  readonly from: string;
  readonly may: readonly string[];
  /** Places of which only types may be imported. */
  readonly types?: readonly string[];
  /** Packages, and what lies under them. */
  readonly packages?: readonly string[];
}

const BELOW_HCI = ["hci/ports.ts", "hci/codec/"];

/** What of the storage knows records and rules about them, and no database. */
const ABOUT_RECORDS = ["cache", "check", "records", "rows", "same", "text"].map(
  (name) => `src/storage/${name}.ts`,
);

/** First row that holds the file counts. `hci/codec` and the ports stand under all of `hci`. */
export const LAYERS: readonly Row[] = [
  { from: "hci/ports.ts", may: [] },
  { from: "hci/codec/", may: ["hci/ports.ts"] },
  { from: "hci/transport/", may: BELOW_HCI },
  {
    from: "hci/trace/",
    may: [
      ...BELOW_HCI,
      "hci/transport/",
      "hci/host/commands/",
      "hci/host/acl.ts",
      "hci/host/events.ts",
      "hci/host/hci-error.ts",
      "hci/host/supported.ts",
      "hci/smp/pdus.ts",
      "hci/att/pdus.ts",
      "hci/l2cap/fixed-channel.ts",
      "hci/l2cap/signalling-pdus.ts",
    ],
  },
  { from: "hci/host/", may: [...BELOW_HCI, "hci/transport/"] },
  { from: "hci/firmware/", may: [...BELOW_HCI, "hci/transport/", "hci/host/"] },
  { from: "hci/l2cap/", may: [...BELOW_HCI, "hci/host/acl.ts"] },
  { from: "hci/att/", may: [...BELOW_HCI, "hci/l2cap/"] },
  { from: "hci/gatt/", may: [...BELOW_HCI, "hci/att/"] },
  { from: "hci/gap/", may: [...BELOW_HCI, "hci/host/"] },
  { from: "hci/smp/", may: [...BELOW_HCI, "hci/l2cap/", "hci/gap/"] },
  {
    from: "hci/device/",
    may: [...BELOW_HCI, "hci/host/", "hci/l2cap/", "hci/gap/", "hci/smp/", "hci/att/", "hci/gatt/"],
  },
  { from: "hci/virtual/", may: ["hci/"] },
  // What platforms give to the host stack; loaded with it.
  { from: "src/crypto/", may: BELOW_HCI, types: ["hci/gap/resolver.ts"] },
  // Loaded when keys are wanted, never with the first screen: nothing else of the storage imports them at run time.
  {
    from: "src/storage/vault/",
    may: ["src/storage/*", "hci/codec/bytes.ts"],
    types: ["hci/ports.ts"],
  },
  {
    from: "src/storage/keys/",
    may: ["src/storage/*", "src/storage/vault/", "hci/codec/bytes.ts"],
    types: ["hci/ports.ts"],
    packages: ["idb"],
  },
  // A database of its own for links and the kiosk, loaded with them.
  {
    from: "src/storage/apps/",
    may: ["src/storage/*"],
    types: ["src/storage/vault/"],
    packages: ["idb"],
  },
  // A database of its own for the file that a backup is kept in, loaded with it.
  {
    from: "src/storage/backup/",
    may: ["src/storage/*"],
    types: ["src/storage/vault/"],
    packages: ["idb"],
  },
  // Loaded with the adapter that needs it.
  { from: "src/storage/firmware/", may: ["src/storage/*", "hci/codec/bytes.ts"], types: ["hci/ports.ts"] },
  {
    from: "src/storage/*",
    may: [],
    types: ["src/link/*", "src/storage/firmware/", "src/storage/keys/", "src/storage/vault/"],
    packages: ["idb"],
  },
  {
    from: "src/formats/keys/",
    may: [
      ...ABOUT_RECORDS,
      "src/formats/hostile-json.ts",
      "hci/ports.ts",
      "hci/codec/bytes.ts",
      "hci/smp/crypto.ts",
      "hci/gap/rpa.ts",
    ],
  },
  // A backup holds what the vault gives out, and the vault's cryptography seals it.
  {
    from: "src/formats/backup/",
    may: [
      ...ABOUT_RECORDS,
      "src/formats/",
      "src/storage/keys/record.ts",
      "src/storage/keys/rows.ts",
      "hci/codec/bytes.ts",
    ],
    types: ["src/storage/vault/", "hci/ports.ts"],
  },
  {
    from: "src/formats/",
    may: [...ABOUT_RECORDS, "hci/ports.ts", "hci/smp/crypto.ts"],
    types: ["src/link/*"],
  },
  // Explains what other stacks and this browser say; a table of words, no backend.
  {
    from: "src/link/foreign.ts",
    may: ["src/link/*", "src/link/foreign/", "src/link/web-bluetooth/translate.ts"],
  },
  { from: "src/link/*", may: [] },
  { from: "src/link/web-bluetooth/", may: ["src/link/*"] },
  { from: "src/link/fake/", may: ["src/link/*"] },
  { from: "src/link/foreign/", may: ["src/link/*"] },
  { from: "src/link/hci/", may: ["src/link/*", "src/crypto/", "hci/"] },
  {
    from: "src/bonds/",
    may: ["src/link/*", "src/storage/ports.ts", ...ABOUT_RECORDS],
  },
  // Of the link layer, the words for what went wrong and the wiping of codes, never a backend; of the SDK, what travels to
  // other pages.
  {
    from: "src/state/",
    may: [
      "hci/codec/bytes.ts",
      "src/bonds/",
      "src/storage/",
      "src/formats/",
      "src/link/failure.ts",
      "src/link/out-of-band.ts",
      "src/sdk/signed-result.ts",
      "src/sdk/messages.ts",
      "src/sdk/base64url.ts",
    ],
    types: ["src/link/*", "src/link/foreign/", "src/link/hci/grader/", "hci/ports.ts"],
  },
  {
    from: "src/ui/",
    // Of the bonds, what reads a record and does nothing.
    may: ["src/state/", "src/bonds/record.ts", "src/bonds/evidence.ts"],
    types: ["src/bonds/", "src/link/", "src/storage/", "src/formats/"],
    packages: ["lit"],
  },
  // The SDK's custom elements: lit comes with them and with nothing else of the SDK.
  {
    from: "src/sdk/elements/",
    may: ["src/sdk/", "src/bonds/evidence.ts"],
    types: ["src/bonds/", "src/storage/", "src/link/"],
    packages: ["lit"],
  },
  { from: "src/sdk/", may: ["src/state/", "src/bonds/", "src/storage/", "src/link/", "hci/"] },
  {
    from: "src/cli/",
    may: [
      "src/state/",
      "src/bonds/",
      "src/storage/",
      "src/link/",
      "src/formats/",
      "src/crypto/",
      "hci/",
      // Words for failures and results, without a screen.
      "src/ui/explain.ts",
      "src/ui/explain/",
      "src/ui/result-text.ts",
      "src/ui/age.ts",
    ],
    packages: [
      "node:crypto",
      "node:events",
      "node:fs",
      "node:http",
      "node:net",
      "node:os",
      "node:path",
      "node:stream",
      "node:util",
      // Optional, and loaded only when wanted.
      "usb",
      "serialport",
    ],
  },
  { from: "src/app/", may: ["src/", "hci/"], packages: ["lit", "idb", "workbox-precaching"] },
];

export const MAX_LINES = 400;

interface Import {
  readonly specifier: string;
  readonly typeOnly: boolean;
}

interface Node {
  readonly type: string;
  readonly [key: string]: unknown;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

function* nodesIn(node: Node): Generator<Node> {
  yield node;
  for (const child of Object.values(node).flat()) if (isNode(child)) yield* nodesIn(child);
}

function literalOf(node: unknown): string | undefined {
  return isNode(node) && node.type === "Literal" && typeof node["value"] === "string"
    ? node["value"]
    : undefined;
}

function isTypeOnly(node: Node): boolean {
  if (node["importKind"] === "type" || node["exportKind"] === "type") return true;
  const specifiers = Array.isArray(node["specifiers"]) ? node["specifiers"] : [];
  return (
    specifiers.length > 0 &&
    specifiers.every(
      (entry: unknown) => isNode(entry) && (entry["importKind"] === "type" || entry["exportKind"] === "type"),
    )
  );
}

const IMPORTING = new Set([
  "ImportDeclaration",
  "ExportNamedDeclaration",
  "ExportAllDeclaration",
  "ImportExpression",
  "TSImportType",
]);

function importsIn(nodes: readonly Node[]): Import[] {
  return nodes.flatMap((node) => {
    if (!IMPORTING.has(node.type)) return [];
    const specifier = literalOf(node["source"]);
    if (specifier === undefined) {
      return node.type === "ImportExpression" ? [{ specifier: "(computed)", typeOnly: false }] : [];
    }
    return [{ specifier, typeOnly: node.type === "TSImportType" || isTypeOnly(node) }];
  });
}

function holds(place: string, path: string): boolean {
  if (place.endsWith("/*")) return `${dirname(path)}/*` === place;
  return place.endsWith("/") ? path.startsWith(place) : path === place;
}

function isAllowed(row: Row, from: string, { specifier, typeOnly }: Import): boolean {
  if (!specifier.startsWith(".")) {
    return (row.packages ?? []).some((name) => specifier === name || specifier.startsWith(`${name}/`));
  }
  const target = posix.join(dirname(from), specifier);
  const places = [row.from, ...row.may, ...(typeOnly ? (row.types ?? []) : [])];
  // Nothing below the place that joins the layers may know it.
  if (target.startsWith("src/app/") && row.from !== "src/app/") return false;
  return places.some((place) => holds(place, target));
}

/** What the types honestly cannot say is one assertion; two in a row, or `any`, say that nobody looked. */
function escapesIn(nodes: readonly Node[], comments: readonly { readonly value: string }[]): string[] {
  const found = nodes.flatMap((node) => {
    if (node.type === "TSAnyKeyword") return ["uses any"];
    if (node.type === "TSNonNullExpression") return ["uses a non-null assertion"];
    const inner = node["expression"];
    const double = node.type === "TSAsExpression" && isNode(inner) && inner.type === "TSAsExpression";
    return double ? ["uses a double assertion"] : [];
  });
  const silenced = comments.filter(({ value }) => /@ts-(ignore|nocheck|expect-error)/.test(value));
  return [...found, ...silenced.map(() => "silences the compiler")];
}

const FORBIDDEN_CALLS = new Set(["eval", "Function"]);

function habitsIn(nodes: readonly Node[]): string[] {
  return nodes.flatMap((node) => {
    const object = node["object"];
    if (node.type === "MemberExpression" && isNode(object) && object["name"] === "console")
      return ["uses console"];
    const callee = node["callee"];
    const called = isNode(callee) ? callee["name"] : undefined;
    if (typeof called === "string" && FORBIDDEN_CALLS.has(called)) return [`calls ${called}`];
    return [];
  });
}

/** What is wrong with one file of `hci/` or `src/`, one sentence each. */
export function violationsOf(path: string, source: string): string[] {
  const row = LAYERS.find(({ from }) => holds(from, path));
  if (row === undefined) return [`${path} is in no layer`];
  const { program, comments, errors } = parseSync(path, source);
  if (errors.length > 0) return [`${path} does not parse`];
  const root: unknown = program;
  const nodes = isNode(root) ? [...nodesIn(root)] : [];
  const imports = importsIn(nodes)
    .filter((entry) => !isAllowed(row, path, entry))
    .map(({ specifier, typeOnly }) => `may not import ${typeOnly ? "types of " : ""}${specifier}`);
  const lines = source.trimEnd().split("\n").length;
  const size = lines > MAX_LINES ? [`has ${lines} lines, more than ${MAX_LINES}`] : [];
  return [...imports, ...escapesIn(nodes, comments), ...habitsIn(nodes), ...size].map(
    (what) => `${path} ${what}`,
  );
}
