/** Many keys at once find what one key after the other finds, and nothing else. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fromHex } from "../../../hci/codec/bytes.ts";
import { parseAddress } from "../../../hci/gap/address.ts";
import type { HashSearch, KeyedSearch } from "../../../hci/gap/resolver.ts";
import { plainSearch, Resolver } from "../../../hci/gap/resolver.ts";
import { ah, splitResolvable } from "../../../hci/gap/rpa.ts";
import { aes128 } from "../../../src/crypto/aes128.ts";
import { simdSearch } from "../../../src/crypto/simd/search.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { Random } from "../../support/random.ts";
import rpa from "../../vectors/rpa.json" with { type: "json" };

const plain = plainSearch(aes128);
const simd: HashSearch = await simdSearch(plain);
assert.notEqual(simd, plain, "this platform has SIMD");
const random = new Random(24);
const keys = (count: number) => Array.from({ length: count }, () => random.octets(16));

/** What both find must be the same. */
function find(pair: readonly KeyedSearch[], from: number, to: number, prand: number, hash: number) {
  const [one, two] = pair.map((search) => search.find(from, to, prand, hash));
  assert.deepEqual(one, two);
  return one;
}

describe("searching by SIMD", () => {
  test("agrees with every case in rpa.json", () => {
    for (const { irk, address, resolves } of rpa.cases) {
      const parts = address === null ? undefined : splitResolvable(parseAddress(address, "random"));
      if (parts === undefined) continue;
      const hit = simd.over([fromHex(irk)]).find(0, 1, parts.prand, parts.hash);
      assert.deepEqual(hit, resolves ? [0] : [], String(address));
    }
    const { irk, prand, out } = rpa.ah;
    const hit = simd.over([fromHex(irk)]).find(0, 1, Number.parseInt(prand, 16), Number.parseInt(out, 16));
    assert.deepEqual(hit, [0]);
  });

  test("finds every key at every place, also where a group of 128 is not full", () => {
    for (const count of [1, 7, 127, 128, 129, 300]) {
      const irks = keys(count);
      const pair = [simd.over(irks), plain.over(irks)];
      irks.forEach((irk, i) => {
        const prand = 0x40_0000 + random.below(0x40_0000);
        assert.ok(find(pair, 0, count, prand, ah(aes128, irk, prand))?.includes(i));
      });
    }
  });

  test("gives the same for hashes that nobody asked for", () => {
    const irks = keys(500);
    const pair = [simd.over(irks), plain.over(irks)];
    for (let i = 0; i < 200; i++)
      find(pair, 0, irks.length, random.below(2 ** 24), ah(aes128, random.octets(16), i));
  });

  test("looks at every key: the same key twice is found twice", () => {
    const irks = keys(400);
    const twin = irks[5];
    assert(twin !== undefined);
    irks[5 + 128] = twin;
    irks[399] = twin;
    const hash = ah(aes128, twin, 0x41_2345);
    assert.deepEqual(find([simd.over(irks), plain.over(irks)], 0, 400, 0x41_2345, hash), [5, 133, 399]);
  });

  test("keeps to the range it is given", () => {
    const irks = keys(300);
    const search = simd.over(irks);
    const hash = ah(aes128, irks[200] ?? new Uint8Array(16), 0x40_0001);
    assert.deepEqual(search.find(0, 200, 0x40_0001, hash), []);
    assert.deepEqual(search.find(200, 201, 0x40_0001, hash), [200]);
    assert.deepEqual(search.find(201, 300, 0x40_0001, hash), []);
    assert.deepEqual(search.find(0, 10_000, 0x40_0001, hash), [200]);
    assert.deepEqual(search.find(300, 10_000, 0x40_0001, hash), []);
    assert.deepEqual(simd.over([]).find(0, 0, 0x40_0001, hash), []);
  });

  test("a place without a key is never found, not even by what a key of zeros gives", () => {
    const hash = ah(aes128, new Uint8Array(16), 0x40_0001);
    assert.deepEqual(simd.over(keys(3)).find(0, 128, 0x40_0001, hash), []);
  });

  test("forgets: keys are gone from its memory", () => {
    const irks = keys(10);
    const search = simd.over(irks);
    const hash = ah(aes128, irks[3] ?? new Uint8Array(16), 0x40_0001);
    assert.deepEqual(search.find(0, 10, 0x40_0001, hash), [3]);
    irks.forEach((irk) => irk.fill(0));
    search.forget();
    assert.deepEqual(search.find(0, 10, 0x40_0001, hash), []);
  });

  test("the resolver gives the same answers with it", async () => {
    const entries = keys(2000).map((irk, i) => ({
      irk,
      identity: { type: "public", octets: Uint8Array.of(0, 0, 0, 0, i >> 8, i) } as const,
    }));
    const resolvers = [simd, plain].map((how) => {
      const clock = new ManualClock();
      const resolver = new Resolver(how, clock);
      resolver.use(entries);
      return { clock, resolver };
    });
    for (const i of [0, 127, 128, 1999]) {
      const hash = ah(aes128, entries[i]?.irk ?? new Uint8Array(16), 0x7f_0000 + i);
      const octets = Uint8Array.of(0x7f, i >> 8, i, hash >> 16, hash >> 8, hash);
      for (const { clock, resolver } of resolvers) {
        const resolving = resolver.resolve({ type: "random", octets });
        await clock.advance(0);
        assert.deepEqual(await resolving, { kind: "one", identity: entries[i]?.identity });
      }
    }
  });
});

describe("without SIMD", () => {
  test("a platform or a policy that refuses leaves the other search, and no error", async (context) => {
    context.mock.method(WebAssembly, "compile", async () => {
      throw new WebAssembly.CompileError("Refused by Content Security Policy");
    });
    assert.equal(await simdSearch(plain), plain);
  });

  for (const [what, constructor, refusal] of [
    ["no memory", "Memory", RangeError],
    ["no instance", "Instance", WebAssembly.LinkError],
  ] as const)
    test(`a platform that compiles and has ${what} for these keys has them searched key by key`, (context) => {
      const irks = keys(300);
      const hash = ah(aes128, irks[200] ?? new Uint8Array(16), 0x40_0001);
      const refuses = context.mock.method(WebAssembly, constructor, function refused() {
        throw new refusal("could not allocate memory");
      });
      const search = simd.over(irks);
      assert.equal(refuses.mock.callCount(), 1);
      assert.deepEqual(search.find(0, 300, 0x40_0001, hash), [200]);
      search.forget();
      refuses.mock.restore();
      const again = simd.over(irks);
      assert.ok(again.slice > search.slice, "the next keys are searched together again");
      assert.deepEqual(again.find(0, 300, 0x40_0001, hash), [200]);
    });

  test("an error that is ours is not hidden by a search key by key", (context) => {
    context.mock.method(WebAssembly, "Instance", function broken() {
      throw new TypeError("broken");
    });
    assert.throws(() => simd.over(keys(1)), /broken/);
  });

  test("another error is not hidden", async (context) => {
    context.mock.method(WebAssembly, "compile", async () => {
      throw new TypeError("broken");
    });
    await assert.rejects(simdSearch(plain), /broken/);
  });
});
