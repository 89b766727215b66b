/** What is secret and ours is zeroed once nobody needs it: the tests hold on to the very octets. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { toHex } from "../../../hci/codec/bytes.ts";
import type { Bytes, P256KeyPair } from "../../../hci/ports.ts";
import type { PairOptions } from "../../../hci/smp/plans.ts";
import { FixedCrypto } from "../../support/crypto.ts";
import { settle } from "../../support/manual-clock.ts";
import { bondWith } from "../../support/smp/bonds.ts";
import { Duo, type DuoOptions } from "../../support/smp/duo.ts";
import { legacyOnly } from "../../support/smp/legacy-only.ts";

interface Held {
  readonly octets: Uint8Array;
  readonly was: string;
}

/** Holds on to every key that AES was given, and to every shared secret. */
class Watched extends FixedCrypto {
  readonly keys: Held[] = [];
  readonly secrets: Held[] = [];

  constructor() {
    super({});
  }

  override encrypt(key: Uint8Array, block: Uint8Array): Bytes {
    this.keys.push({ octets: key, was: toHex(key) });
    return super.encrypt(key, block);
  }

  override async generateP256(): Promise<P256KeyPair> {
    const pair = await super.generateP256();
    return {
      ...pair,
      dhKey: async (x, y) => {
        const secret = await pair.dhKey(x, y);
        this.secrets.push({ octets: secret, was: toHex(secret) });
        return secret;
      },
    };
  }
}

const isZero = (octets: Uint8Array): boolean => octets.every((octet) => octet === 0);
/** The fixed salt of f5, which everybody knows. */
const SALT = "6c888391aaf5a53860370bdb5a6083be";

function duo({ central = {}, peripheral = {} }: DuoOptions = {}) {
  const [one, other] = [new Watched(), new Watched()];
  const pair = new Duo({
    central: { crypto: one, ...central },
    peripheral: { crypto: other, ...peripheral },
  });
  const given: Uint8Array[] = [];
  const { onEncrypt } = pair.link.central;
  pair.link.central.onEncrypt = (key) => {
    given.push(key.value);
    return onEncrypt(key);
  };
  const ask = pair.link.peripheral.onLongTermKeyRequest;
  pair.link.peripheral.onLongTermKeyRequest = async (rand, ediv) => {
    const key = (await ask?.(rand, ediv)) ?? null;
    if (key !== null) given.push(key.value);
    return key;
  };
  /** All keys of AES but what went over the air in clear. */
  const keys = (): readonly Held[] => {
    const open = new Set([SALT, ...[...one.drawn, ...other.drawn].map((octets) => toHex(octets))]);
    return [...one.keys, ...other.keys].filter(({ was }) => !open.has(was));
  };
  return { pair, given, keys, secrets: () => [...one.secrets, ...other.secrets] };
}

const LEGACY = {
  central: { policy: { legacy: true, ioCapability: "KeyboardOnly" }, settings: { features: legacyOnly } },
  peripheral: { policy: { legacy: true, ioCapability: "DisplayOnly" } },
} as const;
const PASSKEY = {
  central: { policy: { ioCapability: "KeyboardOnly", mitm: "required" } },
  peripheral: { policy: { ioCapability: "DisplayOnly" } },
} as const;

test("legacy pairing: TK and STK are zeroed on both sides, the LTKs of the bond are not", async () => {
  const { pair, given, keys } = duo(LEGACY);
  const { central, peripheral } = await pair.pair();
  assert.equal(central.method, "legacy-passkey");
  assert.ok(keys().length > 0 && keys().every(({ was }) => /^0{24}[\da-f]{8}$/u.test(was)), "only TKs");
  assert.ok(
    keys().some(({ was }) => !/^0*$/u.test(was)),
    "and it was a passkey",
  );
  assert.ok(keys().every(({ octets }) => isZero(octets)));
  assert.equal(given.length, 2);
  assert.ok(given.every(isZero), "the STK");
  for (const { bond } of [central, peripheral])
    assert.ok(bond?.asPeripheral && bond.asCentral && !isZero(bond.asCentral.value));
});

test("legacy pairing that fails: the TK is zeroed, and the one that was handed over is not touched", async () => {
  const legacyKey = new Uint8Array(16).fill(0x5a);
  const { pair, keys } = duo({
    central: LEGACY.central,
    peripheral: { ...LEGACY.peripheral, settings: { oob: { legacyKey: new Uint8Array(16).fill(0x5b) } } },
  });
  await pair.fail({ oob: { legacyKey } });
  assert.deepEqual(new Set(keys().map(({ was }) => was)), new Set(["5a".repeat(16), "5b".repeat(16)]));
  assert.ok(keys().every(({ octets }) => isZero(octets)));
  assert.equal(toHex(legacyKey), "5a".repeat(16), "that one is the caller's");
});

test("Secure Connections: DHKey, T and MacKey are zeroed, the LTK of the bond is not", async () => {
  const { pair, given, keys, secrets } = duo(PASSKEY);
  const { central } = await pair.pair();
  assert.equal(central.method, "passkey");
  assert.equal(secrets().length, 2);
  assert.ok(secrets().every(({ octets, was }) => isZero(octets) && !/^0*$/u.test(was)));
  const left = keys().filter(({ octets }) => !isZero(octets));
  assert.deepEqual(left, []);
  assert.ok(keys().length > 0);
  assert.ok(central.bond?.asCentral && !isZero(central.bond.asCentral.value));
  assert.ok(given.every((octets) => !isZero(octets)));
});

const KEPT_BY_NOBODY: readonly (readonly [string, PairOptions | undefined, (duo: Duo) => void])[] = [
  ["the store does not take the bond", undefined, ({ central }) => central.store.failing.add("put")],
  [
    "the link ends while the keys are handed over",
    undefined,
    ({ link, channel }) => {
      channel.tamper = (pdu, from) => {
        if (from === "b" && pdu[0] === 0x08) link.central.onDisconnect(0x13);
        return [pdu];
      };
    },
  ],
];

for (const [why, options, arrange] of KEPT_BY_NOBODY) {
  test(`Secure Connections: the new key is zeroed where ${why}`, async () => {
    const { pair, given, secrets } = duo();
    arrange(pair);
    await pair.fail(options);
    await settle();
    assert.ok(given.length > 0);
    assert.ok(given.slice(0, 1).every(isZero));
    assert.ok(secrets().every(({ octets }) => isZero(octets)));
  });
}

test("a bond that is only looked at, and one whose key failed, leave no octets behind", async () => {
  const stored = bondWith();
  const { pair } = duo({ central: { bonds: [stored] } });
  const { store, manager } = pair.central;
  const read: (typeof stored | undefined)[] = [];
  const get = store.get.bind(store);
  store.get = async (local, peer) => {
    const bond = await get(local, peer);
    read.push(bond);
    return bond;
  };
  await assert.rejects(manager.pair(), { name: "SecurityBlocked" });
  await assert.rejects(manager.encrypt(), { name: "StoredKeyFailed" });
  assert.equal(read.length, 2);
  for (const bond of read) assert.ok(bond?.asCentral && isZero(bond.asCentral.value));
  assert.ok(stored.asCentral && !isZero(stored.asCentral.value), "the store's own is untouched");
});

/** Central Identification holds no key of its own, but says which one is meant. */
const KEY_PDUS = new Set([0x06, 0x07, 0x08]);

/** Holds on to the very octets that either side gives to its channel. */
function sentPdus({ channel }: Duo): readonly Held[] {
  const held: Held[] = [];
  for (const end of [channel.a, channel.b]) {
    const send = end.send.bind(end);
    end.send = (pdu) => {
      held.push({ octets: pdu, was: toHex(pdu) });
      return send(pdu);
    };
  }
  return held;
}

const holdsKey = ({ was }: Held): boolean => KEY_PDUS.has(Number.parseInt(was.slice(0, 2), 16));

for (const [method, options, count] of [
  ["legacy pairing", LEGACY, 6],
  ["Secure Connections", PASSKEY, 2],
] as const) {
  test(`${method}: the PDUs that handed out keys are zeroed on both sides once they are sent, and no others`, async () => {
    const { pair } = duo(options);
    const held = sentPdus(pair);
    const { central, peripheral } = await pair.pair();
    const keys = held.filter(holdsKey);
    assert.equal(keys.length, count);
    assert.deepEqual(
      keys.filter(({ octets, was }) => !isZero(octets) || /^..0*$/u.test(was)),
      [],
    );
    const others = held.filter((pdu) => !holdsKey(pdu));
    assert.ok(others.length > 4 && others.every(({ octets, was }) => toHex(octets) === was));
    assert.ok(
      [central, peripheral].every(({ bond }) => bond?.irk && !isZero(bond.irk)),
      "what was received is whole",
    );
  });
}

test("a PDU with a key is zeroed as well where the link ends before it is sent", async () => {
  const { pair } = duo();
  const held: Held[] = [];
  const { a } = pair.channel;
  const send = a.send.bind(a);
  a.send = (pdu) => {
    const one = { octets: pdu, was: toHex(pdu) };
    held.push(one);
    return holdsKey(one) ? Promise.reject(new Error("The link ended")) : send(pdu);
  };
  await pair.fail();
  await settle();
  const keys = held.filter(holdsKey);
  assert.ok(keys.length > 0 && keys.every(({ octets, was }) => isZero(octets) && !/^..0*$/u.test(was)));
});
