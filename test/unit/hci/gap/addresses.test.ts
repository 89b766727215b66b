import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { equal, fromHex, toHex } from "../../../../hci/codec/bytes.ts";
import {
  addressKey,
  formatAddress,
  isIdentity,
  kindOf,
  parseAddress,
  sameAddress,
} from "../../../../hci/gap/address.ts";
import { newIdentity } from "../../../../hci/gap/own-address.ts";
import type { Resolvable } from "../../../../hci/gap/resolver.ts";
import { plainSearch, Resolver } from "../../../../hci/gap/resolver.ts";
import {
  ah,
  isUsableIrk,
  newResolvableAddress,
  newStaticAddress,
  resolvesWith,
} from "../../../../hci/gap/rpa.ts";
import type { Address, Crypto } from "../../../../hci/ports.ts";
import { nodeCrypto } from "../../../support/crypto.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import rpa from "../../../vectors/rpa.json" with { type: "json" };

const random = (text: string): Address => parseAddress(text, "random");

/** Gives the octets of `script` first, then real ones. */
function scripted(...script: readonly string[]): Crypto {
  const queue = [...script];
  return { ...nodeCrypto, random: (octets) => fromHex(queue.shift() ?? toHex(nodeCrypto.random(octets))) };
}

describe("addresses", () => {
  test("say in their two highest bits what they are", () => {
    assert.equal(kindOf(parseAddress("C0:00:00:00:00:01", "public")), "public");
    assert.equal(kindOf(random("C0:00:00:00:00:01")), "static");
    assert.equal(kindOf(random("7F:00:00:00:00:01")), "resolvable");
    assert.equal(kindOf(random("3F:00:00:00:00:01")), "non-resolvable");
    assert.equal(kindOf(random("80:00:00:00:00:01")), "reserved");
    assert(isIdentity(random("FF:00:00:00:00:01")));
    assert(!isIdentity(random("4F:00:00:00:00:01")));
  });

  test("are the same only with the same type", () => {
    const a = parseAddress("C0:11:22:33:44:55", "public");
    const b = random("c0:11:22:33:44:55");
    assert(!sameAddress(a, b));
    assert.notEqual(addressKey(a), addressKey(b));
    assert(sameAddress(b, random("C0-11-22-33-44-55")));
    assert.equal(formatAddress(b), "C0:11:22:33:44:55");
  });

  test("that are not six octets are refused", () => {
    for (const text of ["", "C0:11:22:33:44", "C0:11:22:33:44:55:66", "hello"])
      assert.throws(() => random(text));
  });
});

describe("resolvable private addresses", () => {
  test("ah matches Core Vol 3 Part H D.7", () => {
    const hash = ah(nodeCrypto, fromHex(rpa.ah.irk), Number.parseInt(rpa.ah.prand, 16));
    assert.equal(hash.toString(16), rpa.ah.out.replace(/^0/, ""));
  });

  for (const { irk, address, resolves, origin } of rpa.cases) {
    test(`${address ?? "every address"} ${resolves ? "resolves" : "does not resolve"} with ${irk} (${origin})`, () => {
      const addresses =
        address === null ? rpa.cases.map((one) => one.address ?? "40:00:00:00:00:00") : [address];
      for (const text of addresses)
        assert.equal(resolvesWith(nodeCrypto, fromHex(irk), random(text)), resolves);
    });
  }

  test("of another kind never resolve, not even by chance", () => {
    const address = newResolvableAddress(nodeCrypto, fromHex(rpa.ah.irk));
    assert(!resolvesWith(nodeCrypto, fromHex(rpa.ah.irk), { ...address, type: "public" }));
    for (const first of [0x00, 0x80, 0xc0]) {
      const octets = address.octets.slice();
      octets[0] = ((octets[0] ?? 0) & 0x3f) | first;
      assert(!resolvesWith(nodeCrypto, fromHex(rpa.ah.irk), { type: "random", octets }));
    }
  });

  test("that we make resolve with our IRK and with no other", () => {
    const irk = nodeCrypto.random(16);
    for (let i = 0; i < 200; i++) {
      const address = newResolvableAddress(nodeCrypto, irk);
      assert.equal(kindOf(address), "resolvable");
      assert(resolvesWith(nodeCrypto, irk, address));
    }
  });

  test("never have a random part of all zeros or all ones", () => {
    const irk = nodeCrypto.random(16);
    const crypto = scripted("000000", "ffffff", "3fffff", "c00000", "000001");
    assert.equal(toHex(newResolvableAddress(crypto, irk).octets.subarray(0, 3)), "400001");
    const fixed = scripted("000000000000", "ffffffffffff", "0000000000aa");
    assert.equal(toHex(newStaticAddress(fixed).octets), "c000000000aa");
  });

  test("are not made from a source of randomness that is stuck", () => {
    const stuck: Crypto = { ...nodeCrypto, random: (octets) => new Uint8Array(octets) };
    assert.throws(() => newStaticAddress(stuck), /source of randomness/);
    assert.throws(() => newIdentity(stuck), /source of randomness/);
  });

  test("a new identity has a static address and a usable IRK", () => {
    const { address, irk } = newIdentity(nodeCrypto);
    assert.equal(kindOf(address), "static");
    assert(isUsableIrk(irk));
  });
});

describe("resolving among many", () => {
  const identity = (i: number): Address => ({
    type: "public",
    octets: Uint8Array.of(0, 0, 0, i >> 16, i >> 8, i),
  });
  const peers = (count: number): Resolvable[] =>
    Array.from({ length: count }, (_, i) => ({ irk: nodeCrypto.random(16), identity: identity(i) }));

  function resolver(entries: readonly Resolvable[]) {
    const clock = new ManualClock();
    const made = new Resolver(plainSearch(nodeCrypto), clock);
    made.use(entries);
    return { clock, resolver: made };
  }

  test("finds the one among 10 000, wherever it stands, in slices that let the page draw", async () => {
    const entries = peers(10_000);
    for (const at of [0, 999, 1000, 9999]) {
      const { clock, resolver: under } = resolver(entries);
      const entry = entries[at];
      assert(entry !== undefined);
      const resolving = under.resolve(newResolvableAddress(nodeCrypto, entry.irk));
      assert.equal(clock.pending, 1, "it stopped after the first slice");
      await clock.advance(0);
      assert.deepEqual(await resolving, { kind: "one", identity: entry.identity });
    }
  });

  test("looks at every key and reports ambiguity instead of choosing", async () => {
    const [shared] = peers(1);
    assert(shared !== undefined);
    const twin = { ...shared, identity: identity(77) };
    const { resolver: under } = resolver([shared, ...peers(5), twin]);
    assert.deepEqual(await under.resolve(newResolvableAddress(nodeCrypto, shared.irk)), {
      kind: "ambiguous",
      identities: [shared.identity, twin.identity],
    });
  });

  test("knows what is unknown and what cannot be resolved at all", async () => {
    const { resolver: under } = resolver(peers(3));
    assert.deepEqual(await under.resolve(newResolvableAddress(nodeCrypto, nodeCrypto.random(16))), {
      kind: "unknown",
    });
    for (const address of [random("C0:00:00:00:00:01"), parseAddress("40:00:00:00:00:01", "public")]) {
      assert.deepEqual(await under.resolve(address), { kind: "not-resolvable" });
    }
  });

  test("leaves out keys of zeros", async () => {
    const zero = { irk: new Uint8Array(16), identity: identity(1) };
    const { resolver: under } = resolver([zero]);
    assert.deepEqual(await under.resolve(newResolvableAddress(nodeCrypto, zero.irk)), { kind: "unknown" });
  });

  test("remembers an address until the keys change", async () => {
    const entries = peers(1);
    const { resolver: under } = resolver(entries);
    const address = newResolvableAddress(nodeCrypto, entries[0]?.irk ?? new Uint8Array(16));
    await under.resolve(address);
    assert.equal(under.cached(address)?.kind, "one");
    under.use([]);
    assert.equal(under.cached(address), undefined);
    assert.deepEqual(await under.resolve(address), { kind: "unknown" });
  });

  test("starts again when the keys are replaced meanwhile", async () => {
    const [first, ...others] = peers(1500);
    assert(first !== undefined);
    const { clock, resolver: under } = resolver([first, ...others]);
    const resolving = under.resolve(newResolvableAddress(nodeCrypto, first.irk));
    const moved = { ...first, identity: identity(77_777) };
    under.use([moved]);
    await clock.advance(0);
    assert.deepEqual(await resolving, { kind: "one", identity: moved.identity });
  });

  test("stops between slices when it is cancelled", async () => {
    const { clock, resolver: under } = resolver(peers(1500));
    const abort = new AbortController();
    const resolving = under.resolve(newResolvableAddress(nodeCrypto, nodeCrypto.random(16)), abort.signal);
    const reason = new Error("the person left");
    abort.abort(reason);
    const rejected = assert.rejects(resolving, (error) => error === reason);
    await clock.advance(0);
    await rejected;
  });

  test("a search of another kind takes the place of the plain one", async () => {
    const calls: number[] = [];
    const [entry] = peers(1);
    assert(entry !== undefined);
    const under = new Resolver(
      {
        over: (irks) => ({
          slice: 1000,
          find(from, to) {
            calls.push(irks.length, from, to);
            return [0];
          },
          forget: () => void calls.push(-irks.length - 1),
        }),
      },
      new ManualClock(),
    );
    under.use([entry]);
    const found = await under.resolve(random("40:00:00:00:00:01"));
    assert(found.kind === "one" && equal(found.identity.octets, entry.identity.octets));
    assert.deepEqual(calls, [-1, 1, 0, 1], "the old keys are forgotten, the new ones searched");
  });
});
