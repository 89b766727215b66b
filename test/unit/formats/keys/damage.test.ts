import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { importKeys } from "../../../../src/formats/keys/import.ts";
import { LIMITS, type KeyFiles } from "../../../../src/formats/keys/input.ts";
import { KeyFileError, type KeyFileProblem } from "../../../../src/formats/keys/problem.ts";
import { type FormatId, longTermKeys } from "../../../../src/formats/keys/record.ts";
import { EXAMPLES, one, OPTIONS, P1, P2, read, text, tlv } from "./examples.ts";

function problemOf(files: KeyFiles, format?: FormatId): KeyFileProblem {
  try {
    importKeys(files, OPTIONS, format);
  } catch (error) {
    assert.ok(error instanceof KeyFileError, String(error));
    assert.match(error.message, /^Cannot read the keys: .*[^.]$/u);
    return error.problem;
  }
  return assert.fail("the file was accepted");
}

const GENUINE = new Set([...longTermKeys(P1.keys), ...longTermKeys(P2.keys)]);

/** Whatever is left of a cut file: only keys that were in it, whole and with their own EDIV and Rand. */
function assertNothingInvented(files: KeyFiles, format: FormatId): void {
  try {
    for (const { keys, irk } of importKeys(files, OPTIONS, format).bonds) {
      for (const ltk of longTermKeys(keys)) assert.ok(GENUINE.has(ltk), ltk);
      for (const name of ["central", "peripheral"] as const) {
        const key = keys[name];
        if (key !== null)
          assert.ok(
            [P2.keys.central, P2.keys.peripheral].some(
              (own) => own?.ltk === key.ltk && own.ediv === key.ediv && own.rand === key.rand,
            ),
          );
      }
      assert.ok(irk === null || irk === P1.irk);
    }
  } catch (error) {
    assert.ok(error instanceof KeyFileError, String(error));
  }
}

describe("K-8: damage", () => {
  test("a TLV file that is cut within a record is damaged, after every octet", () => {
    const file = tlv();
    const boundaries = new Set([8, 32, 56, 124, 192, 200]);
    for (let length = 1; length < file.length; length++) {
      const cut = one("a.tlv", file.slice(0, length));
      if (boundaries.has(length)) assertNothingInvented(cut, "btstack");
      else if (length >= 7) assert.equal(problemOf(cut, "btstack").kind, "damaged", `after ${length}`);
      else assert.throws(() => importKeys(cut, OPTIONS, "btstack"), KeyFileError);
    }
  });

  test("JSON that is cut is no JSON, after every octet", () => {
    for (const format of ["habluetooth", "bumble", "aioble"] as const) {
      const [[path, content] = ["", ""]] = EXAMPLES[format]();
      const whole = String(content).trimEnd();
      for (let length = 1; length < whole.length; length++) {
        const { kind } = problemOf(one(path, whole.slice(0, length)), format);
        assert.equal(kind, "not-json", `${format} after ${length}`);
      }
    }
  });

  test("every text file, cut after every octet, gives whole keys or none", () => {
    for (const format of ["bluez", "windows", "zephyr", "node-ble-host"] as const) {
      const files = EXAMPLES[format]();
      for (const [path, content] of files) {
        const whole = String(content);
        for (let length = 0; length < whole.length; length++) {
          assertNothingInvented(new Map([...files, [path, whole.slice(0, length)]]), format);
        }
      }
    }
  });

  test("any octet changed in any file ends in a named error or in bonds, never in another error", () => {
    for (const [format, files] of Object.entries(EXAMPLES)) {
      for (const [path, content] of files()) {
        const octets = typeof content === "string" ? new TextEncoder().encode(content) : content;
        for (let i = 0; i < octets.length; i += 3) {
          const broken = octets.with(i, (octets[i] ?? 0) ^ (i % 2 === 0 ? 0x80 : 0x11));
          try {
            read(new Map([...files(), [path, broken]]));
          } catch (error) {
            assert.ok(error instanceof KeyFileError, `${format} ${path} ${i}: ${String(error)}`);
          }
        }
      }
    }
  });

  test("Bumble's overwritten file says that the keys are gone", () => {
    const files = one("keys.json", '"02:5A:10:00:00:01/P"');
    assert.deepEqual(problemOf(files), { kind: "overwritten", namespace: "02:5A:10:00:00:01/P" });
  });

  test("a secret of 79 octets is an unknown build, and nothing of the file is taken", () => {
    const list = JSON.parse(text("aioble.txt"));
    list[2][2] = `${Buffer.from(list[2][2], "base64").subarray(0, 79).toString("base64")}\n`;
    assert.deepEqual(problemOf(one("ble_secrets.json", JSON.stringify(list))), {
      kind: "shape",
      format: "aioble",
      where: "[2]",
      reason: "unknown build: a security record of 79 octets, not 80",
    });
  });

  test("a key of BlueZ without Rand is no key, and says so", () => {
    const files = new Map(
      [...EXAMPLES.bluez()].map(([path, content]) => [path, String(content).replaceAll(/^Rand=.*\n/gmu, "")]),
    );
    const found = read(files);
    assert.deepEqual(
      found.bonds.map(({ keys, irk }) => [longTermKeys(keys).length, irk]),
      [[0, P1.irk]],
    );
    assert.deepEqual(
      found.rejected.map(({ peer, name }) => [peer, name]),
      [[P2.peer, "Test Mouse"]],
    );
    assert.equal(
      found.findings.filter(({ rule, detail }) => rule === "L-01" && detail === "Rand is missing").length,
      5,
    );
  });

  test("a registry export without EDIV is not read as zero", () => {
    const found = read(one("keys.reg", text("windows.txt").replaceAll(/^"EDIV".*\n/gmu, "")));
    assert.deepEqual(
      found.bonds.flatMap(({ keys }) => longTermKeys(keys)),
      [],
    );
  });

  test("a dump of flash memory is named as what it is", () => {
    const dump = tlv().with(7, 0xfc);
    assert.deepEqual(problemOf(one("flash.bin", dump)), {
      kind: "damaged",
      format: "btstack",
      offset: 7,
      reason: "not a file but a dump of flash memory, which is not supported",
    });
  });

  test("a bond of 59 octets, a value of 4 GiB, a localStorage item with a number above 255", () => {
    const item = text("btstack-web.txt");
    assert.equal(problemOf(one("s.txt", item.replace(",1,0,1]", ",1,0]"))).kind, "shape");
    assert.equal(problemOf(one("s.txt", item.replace(",1,0,1]", ",1,0,256]"))).kind, "shape");
    const huge = Uint8Array.of(...tlv().slice(0, 12), 0xff, 0xff, 0xff, 0xff);
    assert.equal(problemOf(one("a.tlv", huge)).kind, "damaged");
  });
});

describe("hostile files", () => {
  test("too large, too deep, too many, no text", () => {
    assert.equal(problemOf(one("a.json", "x".repeat(LIMITS.octets + 1))).kind, "too-large");
    assert.equal(problemOf(one("a.json", `${"[".repeat(30)}${"]".repeat(30)}`)).kind, "too-deep");
    assert.equal(problemOf(new Map()).kind, "no-files");
    const many = new Map(Array.from({ length: LIMITS.files + 1 }, (_, i) => [`${i}`, ""]));
    assert.equal(problemOf(many).kind, "too-many");
    assert.equal(problemOf(one("a.json", Uint8Array.of(0xc3, 0x28))).kind, "not-text");
    assert.equal(problemOf(one("a.reg", "\n".repeat(LIMITS.lines + 1)), "zephyr").kind, "too-many");
  });

  test("more bonds than anybody has are refused as a whole", () => {
    const [p1] = JSON.parse(text("habluetooth.txt")).hci0;
    const list = Array.from({ length: LIMITS.bonds + 1 }, (_, i) => ({
      ...p1,
      address: `C6:3B:11:7E:${(i >> 8).toString(16).padStart(2, "0")}:${(i & 255).toString(16).padStart(2, "0")}`,
    }));
    assert.deepEqual(problemOf(one("b.json", JSON.stringify({ hci0: list }))), {
      kind: "too-many",
      what: "bonds",
      limit: LIMITS.bonds,
    });
  });

  test("names that objects treat specially are names", () => {
    const entry = { ltk: { value: P1.keys.sc?.ltk, authenticated: true } };
    const file = `{"__proto__": {"C6:3B:11:7E:4D:02": ${JSON.stringify(entry)}}, "constructor": {"toString": {}}}`;
    const found = read(one("keys.json", file));
    assert.deepEqual(
      found.bonds.map(({ peer, local }) => [peer.address, local]),
      [[P1.peer.address, null]],
    );
    assert.ok(found.findings.some(({ rule, where }) => rule === "L-24" && where === "constructor, toString"));
  });

  test("a name with control and direction characters is cleaned", () => {
    const files = new Map(
      [...EXAMPLES.bluez()].map(([path, content]) => [
        path,
        String(content).replaceAll("Name=Test Sensor", "Name=\u202ETest\\n\\tSen\u0007sor"),
      ]),
    );
    assert.ok(read(files).bonds.some(({ name }) => name === "Test Sensor"));
  });
});

describe("a file that fits no format says why", () => {
  const reasons = (content: string | Uint8Array, path = "file"): string => {
    const problem = problemOf(one(path, content));
    assert.equal(problem.kind, "not-recognised");
    return problem.kind === "not-recognised" ? problem.reasons.join("; ") : "";
  };

  test("by what was found instead", () => {
    assert.equal(reasons(""), "the file is empty");
    assert.equal(reasons("{}"), "an empty object fits several formats");
    assert.match(reasons("hello"), /^neither JSON, lines TAG/u);
    assert.match(reasons("[1, 2]"), /^a JSON list, but not of type/u);
    assert.match(reasons('{"a": 1}'), /^a JSON object, but neither adapters/u);
    assert.match(reasons("[General]\nName=x\n"), /its path does not name the adapter and the device/u);
    const two = new Map([
      ["a.json", "{}"],
      ["b.json", "{}"],
    ]);
    assert.equal(problemOf(two).kind, "not-recognised");
  });

  test("every example is recognised without its name where its content alone is enough", () => {
    for (const [format, files] of Object.entries(EXAMPLES)) {
      const content = [...files().values()][0] ?? "";
      if (format === "bluez" || format === "node-ble-host") continue;
      assert.equal(read(one("", content)).format, format);
    }
  });
});

describe("a hostile file costs no more than its length", () => {
  const MANY = 90_000;

  test("ninety thousand groups in a file of BlueZ, and as many lines before one", () => {
    const groups = Array.from({ length: MANY }, (_, i) => `[${i + 1}]\n`).join("");
    const path = "02:5A:10:00:00:01/C6:3B:11:7E:4D:02";
    const files = new Map([
      [`${path}/info`, groups],
      [`${path}/attributes`, groups.replaceAll("]", "]\nUUID=2800")],
    ]);
    assert.deepEqual(read(files).bonds, []);
    problemOf(one("info", `[General]\n${"\n".repeat(MANY)}`));
  });

  test("unknown fields without end are left out, and said", () => {
    const file = JSON.parse(text("bumble.txt"));
    file["02:5A:10:00:00:01/P"]["C6:3B:11:7E:4D:02"].more = Array.from({ length: 7 * MANY }, () => 1);
    const found = read(one("keys.json", JSON.stringify(file)));
    const bond = found.bonds.find(({ peer }) => peer.address === P1.peer.address);
    assert.deepEqual(bond?.extra, {});
    assert.deepEqual(bond.keys, P1.keys);
    assert.ok(found.findings.some(({ rule, detail }) => rule === "L-24" && detail.includes("too large")));
  });
});
