import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Findings, RULES, type RuleId } from "../../../../src/formats/keys/findings.ts";
import { importKeys, type KeyImport } from "../../../../src/formats/keys/import.ts";
import type { KeyFiles } from "../../../../src/formats/keys/input.ts";
import { lint } from "../../../../src/formats/keys/lint.ts";
import { KeyFileError } from "../../../../src/formats/keys/problem.ts";
import type { FormatId, KeyRecord } from "../../../../src/formats/keys/record.ts";
import { flip } from "../../../../src/formats/keys/values.ts";
import { EXAMPLES, LOCAL, one, OPTIONS, P1, P2, read, text } from "./examples.ts";

type Change = readonly [from: string, to: string];

/** An example with some texts replaced; each must be there. */
function changed(format: FormatId, ...changes: readonly Change[]): KeyFiles {
  const used = new Set<Change>();
  const files = [...EXAMPLES[format]()].map(([path, content]): [string, string | Uint8Array] => {
    if (typeof content !== "string") return [path, content];
    let result = content;
    for (const change of changes) {
      if (result.includes(change[0])) used.add(change);
      result = result.replaceAll(change[0], change[1]);
    }
    return [path, result];
  });
  assert.equal(used.size, changes.length, "an example lacks a text that was to be replaced");
  return new Map(files);
}

const LTK = "fb4c6b6c9f8ccf371533f3934955990f";
const IRK = "a4a1d07a8e247877fbfdd4eef54c3915";
const BLOCKED_LTK = "4c68384139f574d836bcf34e9dfb01bf";
const DEFAULT_IRK = "ef8de2164fec430dbf5bdd34c0531eb8";

/** One file that triggers the rule and what is left of the key then; one that is almost the same and does not. */
const CASES: Readonly<
  Record<Exclude<RuleId, "L-24">, { readonly triggers: KeyFiles; readonly not: KeyFiles }>
> = {
  "L-01": {
    triggers: changed("bumble", [LTK, LTK.slice(2)]),
    not: changed("bumble", [LTK, LTK.toUpperCase()]),
  },
  "L-02": {
    triggers: changed("habluetooth", [LTK, BLOCKED_LTK]),
    not: changed("habluetooth", [LTK, BLOCKED_LTK.replace("4c", "4d")]),
  },
  "L-03": {
    triggers: changed("bumble", [IRK, "0".repeat(32)]),
    not: changed("bumble", [IRK, `${"0".repeat(31)}1`]),
  },
  "L-04": {
    triggers: changed("bumble", [IRK, DEFAULT_IRK]),
    not: changed("bumble", [IRK, DEFAULT_IRK.replace("ef", "ee")]),
  },
  "L-05": {
    triggers: changed("habluetooth", ['"ediv": 0', '"ediv": 5']),
    not: EXAMPLES.habluetooth(),
  },
  "L-06": {
    triggers: changed("habluetooth", ['"key_type": 3', '"key_type": 0']),
    not: changed("habluetooth", ['"key_type": 3', '"key_type": 2']),
  },
  "L-07": {
    triggers: changed("habluetooth", ['"key_type": 3, "central": false', '"key_type": 3, "central": true']),
    not: EXAMPLES.habluetooth(),
  },
  "L-08": {
    triggers: changed("bluez", ["EncSize=16", "EncSize=17"]),
    // 0 stands for "not known" in exports of Windows alone.
    not: changed("windows", ["dword:00000010", "dword:00000000"]),
  },
  "L-09": {
    triggers: changed("bluez", ["EncSize=16", "EncSize=7"]),
    not: changed("bluez", [LTK.toUpperCase(), `${LTK.slice(0, 30)}00`.toUpperCase()]),
  },
  "L-10": {
    triggers: changed("habluetooth", ['"key_type": 3', '"key_type": 4']),
    not: EXAMPLES.habluetooth(),
  },
  "L-11": {
    triggers: changed("bumble", ["C6:3B:11:7E:4D:02", "46:3B:11:7E:4D:02"]),
    not: changed("bumble", ["02:5A:20:00:00:22/P", "46:3B:11:7E:4D:02/P"]),
  },
  "L-12": {
    triggers: changed("bluez", ["AddressType=static\n", ""]),
    not: EXAMPLES.bluez(),
  },
  "L-13": {
    triggers: changed("habluetooth", [
      '"central": false,\n     "encryption_size": 16, "ediv": 31988',
      '"central": true,\n     "encryption_size": 16, "ediv": 31988',
    ]),
    not: EXAMPLES.habluetooth(),
  },
  "L-14": {
    triggers: changed("bumble", ['"C6:3B:11:7E:4D:02"', '"02:5A:20:00:00:22"']),
    not: changed("bumble", ['"C6:3B:11:7E:4D:02"', '"02:5A:20:00:00:23"']),
  },
  "L-15": { triggers: EXAMPLES.habluetooth(), not: EXAMPLES.bluez() },
  "L-16": {
    triggers: changed("bluez", ["Authenticated=0", "Authenticated=1"]),
    not: EXAMPLES.bluez(),
  },
  "L-17": {
    triggers: changed("habluetooth", ["6ba3c040f2b15f930aa698389909b349", LTK]),
    not: EXAMPLES.habluetooth(),
  },
  "L-18": {
    triggers: changed("bluez", ["EDiv=36916", "EDiv=65536"]),
    not: changed("bluez", ["EDiv=36916", "EDiv=65535"]),
  },
  "L-19": {
    triggers: changed("bluez", ["[SlaveLongTermKey]\nKey=05", "[SlaveLongTermKey]\nKey=06"]),
    not: EXAMPLES.bluez(),
  },
  "L-20": {
    triggers: changed("bumble", ['"ltk": {', '"ltk_central": {},\n"ltk": {']),
    not: EXAMPLES.bumble(),
  },
  "L-21": {
    triggers: EXAMPLES.bumble(),
    not: changed("bumble", ["ltk_central", "x"], ["ltk_peripheral", "y"]),
  },
  "L-22": {
    triggers: changed("bluez", [
      "[SlaveLongTermKey]\nKey=FB",
      "[LinkKey]\nKey=00\n[SlaveLongTermKey]\nKey=FB",
    ]),
    not: EXAMPLES.bluez(),
  },
  "L-23": {
    triggers: changed("bluez", [
      "[IdentityResolvingKey]",
      `[LocalSignatureKey]\nKey=${LTK}\n\n[IdentityResolvingKey]`,
    ]),
    not: changed("bluez", [
      "[IdentityResolvingKey]",
      `[LocalSignatureKey]\nKey=${LTK}\nCounter=9\n\n[IdentityResolvingKey]`,
    ]),
  },
};

const rules = (found: KeyImport): readonly RuleId[] => found.findings.map(({ rule }) => rule);

function ltks(found: KeyImport): readonly string[] {
  return found.bonds.flatMap(({ keys }) =>
    [keys.sc, keys.central, keys.peripheral, ...keys.others].flatMap((key) => key?.ltk ?? []),
  );
}

describe("K-7: every rule has a file that triggers it and one that does not", () => {
  for (const [rule, { action: expected, says }] of Object.entries(RULES)) {
    const files = new Map(Object.entries(CASES)).get(rule);
    if (files === undefined) continue;
    const { triggers, not } = files;
    test(`${rule}: ${says}`, () => {
      const found = read(triggers).findings.filter((finding) => finding.rule === rule);
      assert.ok(found.length > 0, `not found: ${rule}`);
      for (const { action } of found) assert.equal(action, expected);
      assert.ok(!rules(read(not)).some((other) => other === rule), `found: ${rule}`);
    });
  }

  test("L-24: a file that is not of the shape of its format is refused, with its name", () => {
    const list = one("bonds.json", '{"hci0": {}}');
    assert.throws(
      () => importKeys(list, OPTIONS, "habluetooth"),
      (error) => {
        assert.ok(error instanceof KeyFileError);
        assert.deepEqual(error.problem, {
          kind: "shape",
          format: "habluetooth",
          where: "hci0",
          reason: "not a list of bonds",
        });
        return true;
      },
    );
    assert.equal(importKeys(one("bonds.json", '{"hci0": []}'), OPTIONS).bonds.length, 0);
  });

  test("all rules are covered", () => {
    assert.deepEqual([...Object.keys(CASES), "L-24"].toSorted(), Object.keys(RULES).toSorted());
  });
});

describe("what a rule does to the keys", () => {
  test("L-01 and L-02 drop that key alone; a device without any is rejected by name", () => {
    const found = read(CASES["L-02"].triggers);
    assert.deepEqual(
      found.rejected.map(({ peer }) => peer.address),
      [P1.peer.address],
    );
    assert.deepEqual(ltks(found), [P2.keys.central?.ltk, P2.keys.peripheral?.ltk]);
    const kept = read(CASES["L-01"].triggers).bonds.find(({ peer }) => peer.address === P1.peer.address);
    assert.equal(kept?.irk, IRK);
    assert.equal(kept.keys.sc, null);
    assert.equal(kept.authenticated, null);
  });

  test("L-02 knows the blocked keys in either byte order", () => {
    const refused = (record: KeyRecord): readonly RuleId[] => lint([record]).findings.map(({ rule }) => rule);
    const keys = { ...P1.keys, sc: { ltk: flip(BLOCKED_LTK) } };
    assert.ok(refused({ ...P1, keys }).includes("L-02"));
    for (const irk of ["a599bae4e17ca618228e0756b4e85f01", flip("a599bae4e17ca618228e0756b4e85f01")]) {
      const { records, findings } = lint([{ ...P1, irk }]);
      assert.equal(records[0]?.irk, null);
      assert.ok(findings.some(({ rule }) => rule === "L-02"));
    }
  });

  test("L-03: an identity key of zeros is none, and the long-term key stays", () => {
    const bond = read(CASES["L-03"].triggers).bonds.find(({ peer }) => peer.address === P1.peer.address);
    assert.equal(bond?.irk, null);
    assert.equal(bond.keys.sc?.ltk, LTK);
  });

  test("L-04 also where two devices have it, and where it is our own", () => {
    const twin = { ...P1, peer: { ...P1.peer, address: "C6:00:00:00:00:01" }, keys: P2.keys };
    const details = (records: readonly KeyRecord[], known: readonly KeyRecord[] = []): readonly string[] =>
      lint(records, { known }).findings.flatMap(({ rule, detail }) => (rule === "L-04" ? [detail] : []));
    assert.deepEqual(details([P1, twin]), ["two devices have it", "two devices have it"]);
    assert.deepEqual(details([twin], [P1]), ["two devices have it"]);
    assert.deepEqual(details([{ ...P1, irk: P1.ownIrk }]), ["it is our own"]);
    assert.deepEqual(details([P1, P1]), []);
  });

  test("L-05, L-06 and L-07 end as a Secure Connections key without EDIV and Rand", () => {
    for (const rule of ["L-05", "L-06", "L-07"] as const) {
      const bond = read(CASES[rule].triggers).bonds.find(({ peer }) => peer.address === P1.peer.address);
      assert.deepEqual(bond?.keys, P1.keys, rule);
    }
  });

  test("L-09 looks at the octets above the size, and at zeros at the end of 16", () => {
    const detail = (ltk: string, keySize: number): readonly string[] =>
      lint([{ ...P1, keys: { ...P1.keys, sc: { ltk } }, keySize }]).findings.flatMap((finding) =>
        finding.rule === "L-09" ? [finding.detail] : [],
      );
    assert.deepEqual(detail(LTK, 7), ["octets above its size of 7"]);
    assert.deepEqual(detail(`${LTK.slice(0, 14)}${"0".repeat(18)}`, 7), ["only 7 octets"]);
    assert.deepEqual(detail(`${LTK.slice(0, 28)}0000`, 16), ["16 octets said, zeros at the end"]);
    assert.deepEqual(detail(`${LTK.slice(0, 30)}00`, 16), []);
  });

  test("L-13: the newest key is used, the older ones stay as candidates", () => {
    const bond = read(CASES["L-13"].triggers).bonds.find(({ peer }) => peer.address === P2.peer.address);
    assert.equal(bond?.keys.central?.ediv, 31988);
    assert.deepEqual(
      bond.keys.others.map(({ place, ediv }) => [place, ediv]),
      [["central", 36916]],
    );
  });

  test("L-14: two records, one public and one random", () => {
    const found = read(CASES["L-14"].triggers);
    assert.deepEqual(found.bonds.map(({ peer }) => peer.type).toSorted(), ["nonresolvable", "public"]);
  });

  test("L-15: a bond of a dongle that is not here", () => {
    const here = (address: string): boolean =>
      importKeys(EXAMPLES.bumble(), { ...OPTIONS, adapters: [{ ...LOCAL, address }] }).findings.some(
        ({ rule }) => rule === "L-15",
      );
    assert.equal(here("02:5A:10:00:00:09"), true);
    assert.equal(here(LOCAL.address), false);
  });

  test("L-18: a Rand of more than 64 bits is refused", () => {
    const found = read(changed("bluez", ["Rand=13269139063958514004", "Rand=18446744073709551616"]));
    assert.ok(found.findings.some(({ rule, detail }) => rule === "L-18" && detail.includes("Rand")));
    assert.ok(!ltks(found).includes("6ba3c040f2b15f930aa698389909b349"));
  });

  test("L-19: of two copies the first is used", () => {
    assert.ok(ltks(read(CASES["L-19"].triggers)).includes(P2.keys.peripheral?.ltk ?? ""));
  });

  test("L-20: the leftovers are kept beside the record, not among its keys", () => {
    const file = JSON.parse(text("bumble.txt"));
    const peers = file["02:5A:10:00:00:01/P"];
    const old = peers["02:5A:20:00:00:22/P"].ltk_central;
    peers["C6:3B:11:7E:4D:02"].ltk_central = old;
    const found = read(one("keys.json", JSON.stringify(file)));
    const bond = found.bonds.find(({ peer }) => peer.address === P1.peer.address);
    assert.deepEqual(bond?.keys, P1.keys);
    assert.deepEqual(JSON.parse(JSON.stringify(bond.extra.bumble)).fields.ltk_central, old);
  });
});

test("findings are bounded and never quote a key", () => {
  const findings = new Findings();
  for (let i = 0; i < 5_000; i++) findings.add("L-01", "x".repeat(10_000), "\u202Eevil");
  assert.equal(findings.list.length, 2_000);
  assert.equal(findings.dropped, 3_000);
  assert.ok((findings.list[0]?.where.length ?? 0) <= 200);
  assert.equal(findings.list[0]?.detail, "evil");
  const secrets = [LTK, IRK, P2.keys.central?.ltk ?? "", P2.keys.peripheral?.ltk ?? "", BLOCKED_LTK];
  for (const { triggers } of Object.values(CASES)) {
    const said = JSON.stringify(read(triggers).findings).toLowerCase();
    for (const secret of secrets) assert.ok(!said.includes(secret) && !said.includes(secret.slice(0, 12)));
  }
});
