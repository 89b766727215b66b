import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCommand } from "../../../src/cli/arguments.ts";
import { UsageError } from "../../../src/cli/usage-error.ts";

const ADDRESS = "C0:FF:EE:00:00:01";
const parse = (line: string) => parseCommand(line.split(" ").filter((word) => word !== ""));

const COMMON = {
  transport: { kind: "usb", ids: null },
  store: null,
  passphrase: { kind: "ask" },
  json: false,
  verbose: false,
  timeoutMs: 60_000,
  findMs: 30_000,
  connectMs: 10_000,
};

test("an address alone asks for its bond, and for nothing else", () => {
  assert.deepEqual(parse("c0:ff:ee:00:00:01"), {
    kind: "bond",
    ...COMMON,
    device: ADDRESS,
    mode: "ensure",
    pin: { kind: "ask" },
    level: null,
    allowLegacy: false,
    plan: false,
  });
});

test("every option of a bond is read", () => {
  const line = `${ADDRESS} --force-repair --pin-file /run/pin --transport tcp://127.0.0.1:9000 --store /var/keys --level authenticated --allow-legacy --timeout 20 --find 90 --connect 25 --json --verbose --passphrase-credential keys`;
  assert.deepEqual(parse(line), {
    kind: "bond",
    transport: { kind: "tcp", host: "127.0.0.1", port: 9000 },
    store: "/var/keys",
    passphrase: { kind: "credential", name: "keys" },
    json: true,
    verbose: true,
    timeoutMs: 20_000,
    findMs: 90_000,
    connectMs: 25_000,
    device: ADDRESS,
    mode: "repair",
    pin: { kind: "file", path: "/run/pin" },
    level: "authenticated",
    allowLegacy: true,
    plan: false,
  });
});

test("the other commands take their own words", () => {
  assert.deepEqual(parse("list --json"), { kind: "list", ...COMMON, json: true });
  assert.deepEqual(parse(`forget ${ADDRESS} --yes`), {
    kind: "forget",
    ...COMMON,
    device: ADDRESS,
    yes: true,
  });
  assert.deepEqual(parse("import a.json b.json --dry-run"), {
    kind: "import",
    ...COMMON,
    paths: ["a.json", "b.json"],
    dryRun: true,
  });
  assert.deepEqual(parse("export --format bumble --to out.json"), {
    kind: "export",
    ...COMMON,
    format: "bumble",
    to: "out.json",
  });
  const read = parse(`read ${ADDRESS} 0x2A19`);
  assert.equal(read.kind === "read" && read.uuid, "00002a19-0000-1000-8000-00805f9b34fb");
  assert.equal(parse("scan").kind, "scan");
  assert.equal(parse("trace --to out.btsnoop").kind, "trace");
  assert.equal(parse("--help").kind, "help");
  assert.equal(parse("-h list").kind, "help");
  assert.equal(parse("--version").kind, "version");
});

const TRANSPORTS = [
  ["sim", { kind: "simulator" }],
  ["usb", { kind: "usb", ids: null }],
  ["usb:0B05:17cb", { kind: "usb", ids: { vendor: 0x0b05, product: 0x17cb } }],
  ["serial:/dev/ttyACM0", { kind: "serial", path: "/dev/ttyACM0" }],
  ["ws://localhost:9001", { kind: "websocket", url: "ws://localhost:9001/" }],
  ["ws://127.0.0.1:9001/hci", { kind: "websocket", url: "ws://127.0.0.1:9001/hci" }],
  ["wss://bridge.example", { kind: "websocket", url: "wss://bridge.example/" }],
  ["tcp://[::1]:9000", { kind: "tcp", host: "::1", port: 9000 }],
] as const;

for (const [word, expected] of TRANSPORTS) {
  test(`--transport ${word} is understood`, () => {
    const command = parse(`list --transport ${word}`);
    assert.deepEqual("transport" in command && command.transport, expected);
  });
}

const WRONG = [
  ["", /a device address or a command is needed/],
  ["12:34", /an address such as/],
  ["C0:FF:EE:00:00:0G", /an address such as/],
  [`${ADDRESS} --check-only --force-repair`, /--check-only with --force-repair/],
  [`${ADDRESS} --check-only --pin-stdin`, /it never pairs/],
  [`${ADDRESS} --pin-file a --pin-stdin`, /from two places/],
  [`${ADDRESS} --pin-stdin --passphrase-stdin`, /both a PIN and a passphrase/],
  [`${ADDRESS} --level strong`, /known are encrypted, authenticated, secure/],
  [`${ADDRESS} --timeout 0`, /seconds from 1/],
  [`${ADDRESS} --timeout 1e3`, /seconds from 1/],
  [`${ADDRESS} --dry-run`, /Cannot use --dry-run with a device address/],
  [`${ADDRESS} more`, /too many words/],
  [`${ADDRESS} --wrong`, /Unknown option '--wrong'/],
  ["forget", /too few words/],
  ["list --yes", /Cannot use --yes with "list"/],
  ["export --to a", /--format is one of/],
  ["export --format bluez", /--to is needed/],
  [`read ${ADDRESS} battery`, /a UUID such as/],
  ["list --transport tcp://127.0.0.1", /tcp needs a port/],
  ["list --transport http://localhost", /it is one of/],
  ["list --transport ws://bridge.example", /one elsewhere needs wss/],
  ["list --transport tcp://10.0.0.1:9000", /one elsewhere needs wss/],
  ["list --transport wss://user:word@bridge.example", /can be read by others/],
  ["list --transport usb:1234", /it is one of/],
  ["list --transport serial:", /it is one of/],
] as const;

for (const [line, message] of WRONG) {
  test(`refused: "${line}"`, () => {
    assert.throws(() => parse(line), { name: "UsageError", message });
  });
}

test("a secret in an argument is refused with a hint, and never repeated", () => {
  const lines = ["--pin 123456", "--pin=123456", "--passkey=123456", "--PIN=123456", "--passphrase 123456"];
  for (const line of lines) {
    assert.throws(
      () => parse(`${ADDRESS} ${line}`),
      (error) =>
        error instanceof UsageError && /--pin-file/.test(error.message) && !error.message.includes("123456"),
      line,
    );
  }
});

test("what was typed in the wrong place is not repeated", () => {
  for (const line of [
    `${ADDRESS} 123456`,
    "forget 123456",
    `${ADDRESS} --level 123456`,
    "list --json=123456",
  ]) {
    assert.throws(
      () => parse(line),
      (error) => error instanceof UsageError && !error.message.includes("123456"),
      line,
    );
  }
});

test("how long to look and to connect are whole seconds, of what is done on the air alone", () => {
  for (const word of ["0", "3601", "1.5", "x", ""])
    for (const name of ["find", "connect"])
      assert.throws(() => parseCommand([ADDRESS, `--${name}`, word]), UsageError, `--${name} ${word}`);
  for (const line of ["list", "scan", "import a.json", `forget ${ADDRESS}`])
    assert.throws(() => parse(`${line} --connect 5`), /Cannot use --connect/u, line);
  const read = parse(`read ${ADDRESS} 2a19 --find 5 --connect 7`);
  assert.ok(read.kind === "read");
  assert.deepEqual([read.findMs, read.connectMs], [5_000, 7_000]);
});
