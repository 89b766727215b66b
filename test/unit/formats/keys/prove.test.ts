import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { toHex } from "../../../../hci/codec/bytes.ts";
import type { Address } from "../../../../hci/ports.ts";
import { type CandidateOptions, candidatesOf } from "../../../../src/formats/keys/candidates.ts";
import { matchIrk } from "../../../../src/formats/keys/irk-order.ts";
import type { KeyRecord, OtherKey } from "../../../../src/formats/keys/record.ts";
import { addressOctets, flip } from "../../../../src/formats/keys/values.ts";
import { nodeCrypto } from "../../../support/crypto.ts";
import { EXAMPLES, one, P1, P2, read, text } from "./examples.ts";

const heard = (...addresses: readonly string[]): readonly Address[] =>
  addresses.map((address) => ({ type: "random", octets: addressOctets(address) }));

const MATCHING = ["48:D4:93:AD:81:E9", "62:6C:F0:2D:95:2A"] as const;
const FOREIGN = "6D:70:39:C1:6E:D2";
const IRK = P1.irk ?? "";

describe("K-5: the byte order of an identity key is settled by addresses on the air", () => {
  const sensor = (name: string): KeyRecord => {
    const bond = read(one("keys.reg", text(name))).bonds.find(({ peer }) => peer.address === P1.peer.address);
    assert.ok(bond);
    return bond;
  };

  test("as it stands in the file", () => {
    const bond = sensor("windows.txt");
    assert.deepEqual(matchIrk(nodeCrypto, bond.irk ?? "", heard(...MATCHING, FOREIGN)), {
      order: "as-is",
      standing: "proven",
    });
  });

  test("reversed; the reversed long-term key is then tried first", () => {
    const bond = sensor("windows-reversed.txt");
    const { order, standing } = matchIrk(nodeCrypto, bond.irk ?? "", heard(...MATCHING, FOREIGN));
    assert.deepEqual([order, standing], ["reversed", "proven"]);
    const [first] = candidatesOf(bond, { irkOrder: order }).tries;
    assert.equal(first?.order, "reversed");
    assert.equal(flip(toHex(first.key.value)), P1.keys.sc?.ltk);
  });

  test("one address makes it likely, the same address again no more than that", () => {
    const likely = { order: "as-is", standing: "likely" };
    assert.deepEqual(matchIrk(nodeCrypto, IRK, heard(MATCHING[0])), likely);
    assert.deepEqual(matchIrk(nodeCrypto, IRK, heard(MATCHING[0], MATCHING[0], FOREIGN)), likely);
  });

  test("without a match, and with addresses that are not resolvable, both orders stay open", () => {
    const open = { order: null, standing: "open" };
    assert.deepEqual(matchIrk(nodeCrypto, IRK, []), open);
    assert.deepEqual(matchIrk(nodeCrypto, IRK, heard(FOREIGN, P1.peer.address)), open);
    assert.deepEqual(
      matchIrk(nodeCrypto, IRK, [{ type: "public", octets: addressOctets(MATCHING[0]) }]),
      open,
    );
    assert.deepEqual(matchIrk(nodeCrypto, "0".repeat(32), heard(...MATCHING)), open);
  });
});

describe("candidates for a proof", () => {
  const order = (record: KeyRecord, options: Partial<CandidateOptions> = {}): readonly string[] =>
    candidatesOf(record, { irkOrder: null, ...options }).tries.map(
      ({ place, order: way, key }) => `${place} ${way} ${key.ediv}`,
    );

  test("Secure Connections: the key as it is, then reversed; EDIV and Rand are zero", () => {
    assert.deepEqual(order(P1), ["sc as-is 0", "sc reversed 0"]);
    const [first] = candidatesOf(P1, { irkOrder: null }).tries;
    assert.deepEqual(first?.key.rand, new Uint8Array(8));
  });

  test("legacy: the central's key before the peripheral's, the file's order before its reverse", () => {
    assert.deepEqual(order(P2), [
      "central as-is 36916",
      "peripheral as-is 31988",
      "central reversed 36916",
      "peripheral reversed 31988",
    ]);
    assert.deepEqual(order(P2, { irkOrder: "reversed" }).slice(0, 2), [
      "central reversed 36916",
      "peripheral reversed 31988",
    ]);
  });

  test("older keys come after the one in use, the newest of them first; four tries are the limit", () => {
    const older = (ediv: number): OtherKey => ({
      place: "central",
      ltk: ediv.toString(16).padStart(32, "1"),
      ediv,
      rand: "0102030405060708",
      keySize: 16,
      authenticated: false,
      debug: null,
    });
    const record = { ...P2, keys: { ...P2.keys, others: [older(1), older(2), older(3)] } };
    assert.deepEqual(order(record), [
      "central as-is 36916",
      "peripheral as-is 31988",
      "central as-is 3",
      "central as-is 2",
    ]);
  });

  test("a key that reads the same both ways is one try", () => {
    const ltk = "0102030405060708".concat(flip("0102030405060708"));
    assert.deepEqual(order({ ...P1, keys: { ...P1.keys, sc: { ltk } } }), ["sc as-is 0"]);
  });

  test("debug keys and short keys are withheld, and that is said", () => {
    assert.deepEqual(candidatesOf({ ...P1, debug: true }, { irkOrder: null }), {
      tries: [],
      withheld: ["debug-key"],
    });
    const short = { ...P1, keySize: 7 };
    assert.deepEqual(candidatesOf(short, { irkOrder: null }), { tries: [], withheld: ["key-size"] });
    assert.deepEqual(order(short, { minimumKeySize: 7 }), ["sc as-is 0", "sc reversed 0"]);
  });

  test("every import starts unproven", () => {
    for (const files of Object.values(EXAMPLES))
      assert.deepEqual(new Set(read(files()).bonds.map(({ proof }) => proof)), new Set(["unproven"]));
  });
});
