import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { candidatesOf } from "../../../../src/formats/keys/candidates.ts";
import { exportKeys } from "../../../../src/formats/keys/export.ts";
import { importKeys } from "../../../../src/formats/keys/import.ts";
import type { KeyFiles } from "../../../../src/formats/keys/input.ts";
import {
  FORMATS,
  type KeyRecord,
  WRITTEN_FORMATS,
  type WrittenFormat,
} from "../../../../src/formats/keys/record.ts";
import { toHex } from "../../../../hci/codec/bytes.ts";
import { EXAMPLES, LOCAL, one, OPTIONS, OWN_IRK, P1, P2, read, text, withoutExtra } from "./examples.ts";

/** `files` imported and exported again, into nothing or into themselves. */
function through(format: WrittenFormat, files: KeyFiles, into?: KeyFiles): KeyFiles {
  const written = exportKeys(format, read(files).bonds, {
    ...OPTIONS,
    ...(into === undefined ? {} : { into }),
  });
  assert.deepEqual(written.skipped, []);
  return written.files;
}

function only(files: KeyFiles): string {
  assert.equal(files.size, 1);
  return String([...files.values()][0]);
}

const json = (files: KeyFiles): unknown => JSON.parse(only(files));

/** Groups in order, with their keys and values; not comments and empty lines. */
function meaning(files: KeyFiles): unknown {
  const groups = (content: string): unknown =>
    content
      .split(/^\[/mu)
      .map((group) => group.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("#")))
      .map(([name, ...lines]) => [name, lines.map((line) => line.replace(/\s*=\s*/u, "=")).sort()]);
  return new Map([...files].map(([path, content]): [string, unknown] => [path, groups(String(content))]));
}

describe("exporting the two example bonds gives the examples", () => {
  test("habluetooth: the same JSON value", () => {
    const { files } = exportKeys("habluetooth", [P1, P2], OPTIONS);
    assert.deepEqual(json(files), JSON.parse(text("habluetooth.txt")));
  });

  test("habluetooth, for Home Assistant: in its wrapper", () => {
    const { files } = exportKeys("habluetooth", [P1, P2], { ...OPTIONS, wrapped: true });
    assert.deepEqual(json(files), {
      version: 1,
      minor_version: 1,
      key: "bluetooth.bonds",
      data: JSON.parse(text("habluetooth.txt")),
    });
  });

  test("Bumble: the same octets, under the name that Bumble gives the file", () => {
    const { files } = exportKeys("bumble", [P1, P2], OPTIONS);
    assert.deepEqual([...files], [["02-5a-10-00-00-01-p.json", text("bumble.txt")]]);
  });

  test("aioble: the same octets", () => {
    assert.equal(only(exportKeys("aioble", [P1, P2], OPTIONS).files), text("aioble.txt"));
  });

  test("BlueZ: the same key groups and identity; what was never known is not written", () => {
    const { files } = exportKeys("bluez", [P1, P2], OPTIONS);
    const unknown = /^(?:Trusted|Blocked|Services)=/u;
    const example = [...EXAMPLES.bluez()]
      .filter(([path]) => path.endsWith("/info") || path.endsWith("/identity"))
      .map(([path, content]): [string, string] => [
        path,
        String(content)
          .split("\n")
          .filter((line) => !unknown.test(line))
          .join("\n"),
      ]);
    assert.deepEqual(meaning(files), meaning(new Map(example)));
  });
});

describe("K-2: import and export without changes", () => {
  for (const format of WRITTEN_FORMATS) {
    test(`${format}: the example survives from its bonds alone`, () => {
      const files = EXAMPLES[format]();
      const out = through(format, files);
      if (format === "bluez") assert.deepEqual(meaning(out), meaning(files));
      else if (format === "habluetooth") assert.deepEqual(json(out), json(files));
      else assert.equal(only(out), only(files));
    });

    test(`${format}: written into itself, nothing changes at all`, () => {
      const files = EXAMPLES[format]();
      const out = through(format, files, files);
      if (format === "habluetooth") assert.deepEqual(json(out), json(files));
      else assert.deepEqual(new Map(out), new Map(files));
    });
  }

  test("habluetooth: entry order, adapters, the wrapper and unknown fields stay", () => {
    const [p1, central, peripheral] = JSON.parse(text("habluetooth.txt")).hci0;
    const file = {
      version: 1,
      minor_version: 3,
      key: "bluetooth.bonds",
      more: { than: ["we", "know"] },
      data: {
        hci7: [
          { ...peripheral, colour: "blue" },
          p1,
          { ...central, ediv: 7 },
          { damaged: true },
          { ...central, __proto__: 1, when: [1, 2] },
        ],
        hci0: [{ ...p1, note: null }],
        hci1: [],
      },
    };
    const files = one("bluetooth.bonds", JSON.stringify(file));
    assert.deepEqual(json(through("habluetooth", files, files)), JSON.parse(JSON.stringify(file)));
  });

  test("habluetooth: unknown fields travel with the bond, also without the file", () => {
    const file = JSON.parse(text("habluetooth.txt"));
    file.hci0[1].colour = "blue";
    file.hci0[2].colour = "red";
    const files = one("bluetooth.bonds", JSON.stringify(file));
    assert.deepEqual(json(through("habluetooth", files)), file);
  });

  test("BlueZ: unknown groups, keys, files, comments and lower-case keys stay as they are", () => {
    const files = new Map(EXAMPLES.bluez());
    const folder = "02:5A:10:00:00:01";
    const info = `${folder}/C6:3B:11:7E:4D:02/info`;
    const more =
      "\n[ConnectionParameters]\nMinInterval=6\n\n[LinkKey]\nKey=00\n\n[Strange Group#3]\nodd key = a=b \n";
    const lower = String(files.get(info))
      .replaceAll("A4A1D07A", "0xa4a1d07a")
      .replace("Rand=0\n", "Rand=0\nNew=1\n");
    files.set(info, `# ours\n${lower}${more}`);
    files.set(`${folder}/settings`, "[General]\nDiscoverable=false\n");
    files.set(`${folder}/C6:3B:11:7E:4D:02/ccc`, "[1]\nValue=2\n");
    files.set("README", Uint8Array.of(0xff, 0xfe, 0x00));
    assert.deepEqual(new Map(through("bluez", files, files)), files);
    files.delete("README");
    files.delete(`${folder}/settings`);
    files.set(info, String(files.get(info)).replace("0xa4a1d07a", "A4A1D07A"));
    assert.deepEqual(meaning(through("bluez", files)), meaning(files));
  });

  test("BlueZ: a Secure Connections key that a converter put into the central's place stays there", () => {
    const info =
      "[General]\nAddressType=static\n\n[LongTermKey]\nKey=FB4C6B6C9F8CCF371533F3934955990F\nAuthenticated=0\nEncSize=16\nEDiv=0\nRand=0\n";
    const files = one("02:5A:10:00:00:01/C6:3B:11:7E:4D:02/info", info);
    assert.equal(only(through("bluez", files, files)), info);
  });

  test("Bumble: other namespaces, leftovers, link keys and unknown fields stay, octet for octet", () => {
    const file = JSON.parse(text("bumble.txt"));
    const [p2, p1] = Object.values<Record<string, unknown>>(file["02:5A:10:00:00:01/P"]);
    const leftover = {
      ...p1,
      ltk_central: p2?.["ltk_central"],
      link_key: { authenticated: false, value: "00" },
    };
    const more = {
      "02:5A:10:00:00:01/P": {
        "02:5A:20:00:00:22/P": p2,
        "C6:3B:11:7E:4D:02": { ...leftover, address_type: 3, zeta: ["ü", {}, []] },
      },
      __DEFAULT__: { "C6:3B:11:7E:4D:02": p1 },
      "someone else": {},
    };
    const bytes = pythonJson(more);
    const files = one("keys.json", bytes);
    assert.equal(only(through("bumble", files, files)), bytes);
    const { "someone else": _, ...ours } = more;
    assert.equal(only(through("bumble", one("keys.json", pythonJson(ours)))), pythonJson(ours));
  });

  test("aioble: unknown secret types, entry order and padding stay", () => {
    const list = JSON.parse(text("aioble.txt"));
    const padded = Buffer.from(list[2][2], "base64");
    padded.fill(0xaa, 10, 16);
    const odd = [
      [7, "AA==\n", "/w==\n"],
      list[4],
      list[2].with(2, `${padded.toString("base64")}\n`),
      list[0],
      list[3],
      list[1],
    ];
    const bytes = `[${odd.map((entry) => `[${entry.map((part: unknown) => JSON.stringify(part)).join(", ")}]`).join(", ")}]`;
    const files = one("ble_secrets.json", bytes);
    assert.equal(only(through("aioble", files, files)), bytes);
  });
});

/** Written by hand, apart from the printer under test: sorted names, indent 4, ASCII. */
function pythonJson(value: unknown, depth = 0): string {
  const pad = "    ".repeat(depth + 1);
  const wrap = (open: string, parts: string[], close: string): string =>
    parts.length === 0 ? open + close : `${open}\n${pad}${parts.join(`,\n${pad}`)}\n${pad.slice(4)}${close}`;
  if (Array.isArray(value))
    return wrap(
      "[",
      value.map((entry) => pythonJson(entry, depth + 1)),
      "]",
    );
  if (typeof value === "object" && value !== null) {
    const names = Object.keys(value).toSorted();
    const fields = new Map(Object.entries(value));
    return wrap(
      "{",
      names.map((name) => `${JSON.stringify(name)}: ${pythonJson(fields.get(name), depth + 1)}`),
      "}",
    );
  }
  return JSON.stringify(value).replaceAll("ü", "\\u00fc");
}

describe("K-3: any format in, any round-trip format out, the same octets in LE Enable Encryption", () => {
  const P1_COMMAND = "0119201c400000000000000000000000fb4c6b6c9f8ccf371533f3934955990f";
  const P2_COMMAND = "0119201c400054a981feac7325b834906ba3c040f2b15f930aa698389909b349";

  /** The command as octets, from the candidate that is tried first. */
  function command(bond: KeyRecord | undefined): string {
    assert.ok(bond);
    const [first] = candidatesOf(bond, { irkOrder: null }).tries;
    assert.ok(first);
    const { value, rand, ediv } = first.key;
    const wire = (octets: Uint8Array): string => toHex(octets.toReversed());
    return `0119201c4000${wire(rand)}${wire(Uint8Array.of(ediv >> 8, ediv & 0xff))}${wire(value)}`;
  }

  for (const from of FORMATS) {
    for (const to of WRITTEN_FORMATS) {
      test(`${from} → ${to}`, () => {
        const bonds = read(EXAMPLES[from]()).bonds.map((bond) => ({ ...bond, local: LOCAL }));
        const { files, skipped } = exportKeys(to, bonds, OPTIONS);
        assert.deepEqual(skipped, []);
        const back = withoutExtra(read(files).bonds);
        assert.equal(back.length, 2);
        assert.equal(command(back[0]), P1_COMMAND);
        assert.equal(command(back[1]), P2_COMMAND);
      });
    }
  }
});

describe("exporting into a file that is there", () => {
  const other: KeyRecord = { ...P1, peer: { address: "C6:00:00:00:00:01", type: "static" } };

  for (const format of WRITTEN_FORMATS) {
    test(`${format}: one more bond leaves the others alone`, () => {
      const into = EXAMPLES[format]();
      const { files } = exportKeys(format, [other], { ...OPTIONS, into });
      const before = read(into).bonds;
      const after = read(files).bonds;
      assert.equal(after.length, 3);
      for (const bond of before)
        assert.ok(
          after.some(
            ({ peer, keys }) =>
              peer.address === bond.peer.address && JSON.stringify(keys) === JSON.stringify(bond.keys),
          ),
        );
    });

    test(`${format}: a new key replaces the old one in its place, unknown fields stay`, () => {
      const into = EXAMPLES[format]();
      const bond = read(into).bonds.find(({ peer }) => peer.address === P1.peer.address);
      assert.ok(bond);
      const ltk = "000102030405060708090a0b0c0d0e0f";
      const changed = { ...bond, keys: { ...bond.keys, sc: { ltk } } };
      const { files } = exportKeys(format, [changed], { ...OPTIONS, into });
      const after = read(files);
      assert.deepEqual(
        after.bonds.map(({ keys }) => keys.sc?.ltk ?? keys.central?.ltk),
        read(into).bonds.map(({ peer, keys }) =>
          peer.address === P1.peer.address ? ltk : keys.central?.ltk,
        ),
      );
      assert.ok(![...files.values()].some((content) => String(content).toLowerCase().includes("fb4c6b6c")));
    });

    test(`${format}: what is there and cannot be read is not overwritten`, () => {
      const broken = new Map([...EXAMPLES[format]()].map(([path, content]) => [path, `{${String(content)}`]));
      assert.throws(() => exportKeys(format, [other], { ...OPTIONS, into: broken }), {
        name: "KeyFileError",
      });
    });
  }

  test("Bumble: a device that is spelled in lower case is replaced, not doubled", () => {
    const into = one("keys.json", text("bumble.txt").replaceAll("C6:3B:11:7E:4D:02", "c6:3b:11:7e:4d:02"));
    const changed = { ...P1, irk: "00112233445566778899aabbccddeeff" };
    const { files } = exportKeys("bumble", [changed], { ...OPTIONS, into });
    assert.deepEqual(Object.keys(JSON.parse(only(files))["02:5A:10:00:00:01/P"]).toSorted(), [
      "02:5A:20:00:00:22/P",
      "c6:3b:11:7e:4d:02",
    ]);
    assert.ok(read(files).bonds.some(({ irk }) => irk === changed.irk));
  });

  test("ten thousand bonds go into every format and out again, and ten of them into what is there", () => {
    const bonds = Array.from({ length: 10_000 }, (_, i): KeyRecord => {
      const [high, low] = [i >> 8, i & 0xff].map((octet) =>
        octet.toString(16).padStart(2, "0").toUpperCase(),
      );
      return { ...P1, peer: { address: `C6:3B:11:7E:${high}:${low}`, type: "static" } };
    });
    for (const format of WRITTEN_FORMATS) {
      const { files } = exportKeys(format, bonds, OPTIONS);
      assert.equal(importKeys(files, OPTIONS, format).bonds.length, bonds.length);
      const again = exportKeys(format, bonds.slice(0, 10), { ...OPTIONS, into: files });
      assert.equal(importKeys(again.files, OPTIONS, format).bonds.length, bonds.length, format);
    }
  });

  test("BlueZ: a bond made under another identity key does not replace the adapter's", () => {
    const foreign = { ...other, ownIrk: "00112233445566778899aabbccddeeff" };
    const into = EXAMPLES.bluez();
    const { files, skipped } = exportKeys("bluez", [foreign], { ...OPTIONS, into });
    assert.deepEqual(skipped, [{ bond: foreign, why: "place-taken" }]);
    assert.deepEqual(new Map(files), new Map(into));
  });
});

describe("what a format cannot hold is said", () => {
  test("lost: identity, identity keys and name in habluetooth", () => {
    const { written } = exportKeys("habluetooth", [P1], OPTIONS);
    assert.deepEqual(written[0]?.lost.toSorted(), ["irk", "local", "name", "ownIrk"]);
    assert.deepEqual(written[0].filled, []);
  });

  test("a key size that nobody knew is written only where the octets prove it", () => {
    const short = {
      ...P1,
      keySize: null,
      keys: { ...P1.keys, sc: { ltk: "fb4c6b6c9f8ccf371533f39349559900" } },
    };
    const unknown = { ...P1, keySize: null };
    assert.deepEqual(exportKeys("aioble", [unknown], OPTIONS).written[0]?.filled, ["keySize"]);
    assert.deepEqual(exportKeys("aioble", [short], OPTIONS).skipped, [
      { bond: short, why: "key-size-unknown" },
    ]);
    assert.doesNotMatch(only(exportKeys("habluetooth", [short], OPTIONS).files), /encryption_size/u);
  });

  test("a level that nobody knew is not claimed", () => {
    const unknown = { ...P1, authenticated: null };
    assert.match(only(exportKeys("habluetooth", [unknown], OPTIONS).files), /"key_type": 2/u);
    assert.doesNotMatch(only(exportKeys("bumble", [unknown], OPTIONS).files), /authenticated/u);
  });

  test("a debug key goes only where it stays marked as one", () => {
    const debug = { ...P1, debug: true, authenticated: null };
    assert.match(only(exportKeys("habluetooth", [debug], OPTIONS).files), /"key_type": 4/u);
    for (const format of ["bumble", "aioble"] as const)
      assert.deepEqual(exportKeys(format, [debug], OPTIONS).skipped, [{ bond: debug, why: "debug-key" }]);
  });

  test("without our own address there is no folder for BlueZ; without the peer's type no entry", () => {
    const nobody = { ...P1, local: null };
    assert.deepEqual(exportKeys("bluez", [nobody], OPTIONS).skipped, [
      { bond: nobody, why: "own-address-unknown" },
    ]);
    const untyped = { ...P1, peer: { ...P1.peer, type: "unknown" as const } };
    for (const format of ["habluetooth", "bumble", "aioble"] as const)
      assert.deepEqual(exportKeys(format, [untyped], OPTIONS).skipped, [
        { bond: untyped, why: "address-type-unknown" },
      ]);
    assert.equal(exportKeys("bluez", [untyped], OPTIONS).skipped.length, 0);
  });

  test("two bonds for one place: the first is written, the second is named", () => {
    const second = { ...P1, local: null, ownIrk: OWN_IRK };
    assert.deepEqual(exportKeys("aioble", [P1, second], OPTIONS).skipped, [
      { bond: second, why: "place-taken" },
    ]);
  });

  test("nobody's key: nothing to write into habluetooth", () => {
    const none = { ...P2, keys: { ...P2.keys, central: null, peripheral: null } };
    assert.deepEqual(exportKeys("habluetooth", [none], OPTIONS).skipped, [{ bond: none, why: "no-key" }]);
  });
});
