import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { fromHex, reversed } from "../../../hci/codec/bytes.ts";
import { isBlockedIrk, isBlockedLtk } from "../../../hci/smp/keys.ts";
import { refuseBlocked, RefusedKeyError } from "../../../src/storage/keys/blocked.ts";
import {
  bondOf,
  sameSecrets,
  secretsOfBond,
  secretsOfRecord,
  plainSecrets,
} from "../../../src/storage/keys/convert.ts";
import { addressOf, idOfAddress, idOfPlain, plainOf } from "../../../src/storage/keys/ids.ts";
import type { BondKeyRow } from "../../../src/storage/keys/rows.ts";
import {
  decodeSecrets,
  encodeSecrets,
  typesOf,
  wipeSecrets,
  type Secrets,
} from "../../../src/storage/keys/secrets.ts";
import { currentSlot, slotsInOrder } from "../../../src/storage/keys/slots.ts";
import { MOUSE, MOUSE_BOND, octets, record, SENSOR, SENSOR_BOND } from "./keys-rig.ts";

const NONE: Secrets = {
  sc: null,
  central: null,
  peripheral: null,
  irk: null,
  csrkLocal: null,
  csrkRemote: null,
};

/** A generator that gives the same numbers each time. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
}

function anySecrets(seed: number): Secrets {
  const next = numbers(seed);
  const bytes = (length: number): Uint8Array<ArrayBuffer> => Uint8Array.from({ length }, () => next(256));
  const maybe = <T>(make: () => T): T | null => (next(2) === 0 ? null : make());
  const sc = () => ({ ltk: bytes(16), keySize: maybe(() => 7 + next(10)) });
  const legacy = () => ({ ...sc(), ediv: next(0x10000), rand: bytes(8) });
  const csrk = () => ({
    key: bytes(16),
    counter: maybe(() => next(0x1000000) * 256 + next(256)),
    authenticated: maybe(() => next(2) === 1),
  });
  return {
    sc: maybe(sc),
    central: maybe(legacy),
    peripheral: maybe(legacy),
    irk: maybe(() => bytes(16)),
    csrkLocal: maybe(csrk),
    csrkRemote: maybe(csrk),
  };
}

describe("the secret part of a bond", () => {
  test("any of it comes back octet for octet, as octets and as a record", () => {
    for (let seed = 1; seed <= 2_000; seed++) {
      const secrets = anySecrets(seed);
      assert.deepEqual(decodeSecrets(encodeSecrets(secrets)), secrets);
      const { keys, ...rest } = plainSecrets(secrets);
      const again = secretsOfRecord({ ...record("a"), ...rest, keys: { ...keys, others: [] } });
      assert.deepEqual(again, secrets);
      assert.ok(sameSecrets(again, secrets));
    }
  });

  test("any other octets are refused: each length, each bit of what says its length", () => {
    const good = encodeSecrets(anySecrets(5));
    for (let length = 0; length < good.length; length++) {
      assert.throws(() => decodeSecrets(good.slice(0, length)), RangeError);
    }
    assert.throws(() => decodeSecrets(Uint8Array.from([...good, 0])), RangeError);
    for (let bit = 0; bit < 16; bit++) {
      const changed = Uint8Array.from(good);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      assert.throws(() => decodeSecrets(changed), RangeError);
    }
  });

  test("is zeroed whole", () => {
    const secrets = anySecrets(11);
    const all: Secrets = {
      ...anySecrets(4),
      ...Object.fromEntries(typesOf(secrets).map((type) => [type, secrets[type]])),
    };
    wipeSecrets(all);
    const { keys, irk } = plainSecrets(all);
    for (const text of [keys.sc?.ltk, keys.central?.ltk, keys.central?.rand, keys.peripheral?.ltk, irk]) {
      assert.match(text ?? "00", /^0+$/);
    }
  });

  test("goes into LE Enable Encryption as the worked examples of the formats say", () => {
    const row = { local: "static-c05a10000001", peer: idOfAddress(SENSOR) };
    for (const [bond, wire] of [
      [SENSOR_BOND, "00000000000000000000fb4c6b6c9f8ccf371533f3934955990f"],
      [MOUSE_BOND, "54a981feac7325b834906ba3c040f2b15f930aa698389909b349"],
    ] as const) {
      const secrets = decodeSecrets(encodeSecrets(secretsOfBond(bond)));
      const given = bondOf(placeRow(row), slotOf(secrets), secrets)?.asCentral;
      assert.ok(given);
      const octetsOnAir = [
        ...given.rand.toReversed(),
        given.ediv & 0xff,
        given.ediv >> 8,
        ...given.value.toReversed(),
      ];
      assert.equal(Buffer.from(octetsOnAir).toString("hex"), wire);
    }
  });
});

describe("keys that everybody knows", () => {
  const file: unknown = JSON.parse(
    readFileSync(new URL("../../vectors/negative.json", import.meta.url), "utf8"),
  );
  const blocked: readonly { readonly type: string; readonly value: string }[] = Object(file).blocked_keys;

  test("are refused by the store, in either byte order, and by the host stack", () => {
    assert.ok(blocked.length >= 4);
    for (const { type, value } of blocked) {
      const key = fromHex(value);
      assert.ok(type === "ltk" ? isBlockedLtk(key) : isBlockedIrk(key), value);
      for (const stored of [key, reversed(key)]) {
        const ltk = { ltk: stored, keySize: 16 };
        const legacy = { ...ltk, ediv: 1, rand: octets(1, 8) };
        const places: readonly Secrets[] =
          type === "ltk"
            ? [
                { ...NONE, sc: ltk },
                { ...NONE, central: legacy },
                { ...NONE, peripheral: legacy },
              ]
            : [{ ...NONE, irk: stored }];
        for (const secrets of places) assert.throws(() => refuseBlocked(secrets), RefusedKeyError);
      }
    }
    refuseBlocked({ ...NONE, sc: { ltk: octets(1), keySize: 16 }, irk: octets(2) });
  });
});

test("addresses in ids come back as they were", () => {
  for (const address of [SENSOR, MOUSE]) assert.deepEqual(addressOf(idOfAddress(address)), address);
  for (const type of ["public", "static", "resolvable", "nonresolvable", "unknown"] as const) {
    const plain = { address: "C6:3B:11:7E:4D:02", type };
    assert.deepEqual(plainOf(idOfPlain(plain)), plain);
  }
  assert.equal(plainOf(idOfPlain(null)), null);
  assert.equal(addressOf(idOfPlain(null)), null);
});

test("a place without keys has none to use", () => {
  const row = placeRow({ local: "none", peer: "none" });
  assert.equal(currentSlot(row), null);
  assert.deepEqual(slotsInOrder(row), []);
});

function placeRow({ local, peer }: { readonly local: string; readonly peer: string }): BondKeyRow {
  return {
    v: 1,
    id: `a.${local}.${peer}`,
    rev: 1,
    adapter: "a",
    local,
    peer,
    order: 1,
    name: "",
    generations: 0,
    active: null,
    candidates: [],
    places: [],
    erasedAt: null,
  };
}

function slotOf(secrets: Secrets): NonNullable<BondKeyRow["active"]> {
  return {
    generation: 1,
    facts: {
      types: typesOf(secrets),
      keySize: 16,
      authenticated: true,
      debug: false,
      oob: false,
      method: null,
      role: null,
      createdAt: "2026-06-01T10:00:00.000Z",
      imported: null,
    },
    keys: { vault: "v", iv: "", data: "" },
    rest: null,
    provenAt: null,
  };
}
