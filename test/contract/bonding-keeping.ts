/** The part of the contract of explicit pairing that is about bonds that are there: replacing and removing them. */
import { GUARDED_VALUE } from "./bonding-bench.ts";
import {
  bondedWith,
  bondOf,
  BY_CALLER,
  type It,
  keysOf,
  meet,
  never,
  pairedWith,
  person,
} from "./bonding-link.ts";
import { equal, fails, ok } from "./expect.ts";

export function replacing(it: It): void {
  it("a bonded device is not paired again by itself, not even after it was reset", async (bench) => {
    const before = await bondedWith(bench, bench.plain);
    await bench.plain.reset();
    const { asked } = bench.plain;
    await using link = await meet(bench, bench.plain);
    await fails(link.pair(), { kind: "bond-exists" });
    equal(await bondOf(bench, bench.plain), before);
    equal(bench.plain.asked, asked);
  });

  it("a bond that a person lets be replaced stays beside the new one until that one is proven", async (bench) => {
    const { plain } = bench;
    await bondedWith(bench, plain);
    await plain.reset();
    await pairedWith(bench, plain, { replaces: plain.peerId });
    const both = await bondOf(bench, plain);
    equal([both?.state, both?.alternatives], ["unproven", 1]);
    await using link = await meet(bench, plain);
    await link.encrypt();
    const proven = await link.promote();
    equal([proven.state, proven.alternatives], ["active", 0]);
  });

  it("a new key that is given up leaves the old one, and can be taken up again", async (bench) => {
    const { plain, backend, until } = bench;
    const keys = keysOf(backend);
    const before = await bondedWith(bench, plain);
    await pairedWith(bench, plain, { replaces: plain.peerId });
    const old = await until(keys.rollback(plain.peerId));
    equal([old?.state, old?.provenAt, old?.createdAt], ["active", before.provenAt, before.createdAt]);
    const anew = await until(keys.reconsider(plain.peerId));
    ok(anew !== undefined && anew.state !== "active", `the new key is ${anew?.state}`);
    await using link = await meet(bench, plain);
    await link.encrypt();
    equal((await link.promote()).state, "active");
  });

  it("a replacement that fails leaves the bond that encrypts", async (bench) => {
    const { plain } = bench;
    const before = await bondedWith(bench, plain);
    {
      await using link = await meet(bench, plain);
      const refused = { replaces: plain.peerId, prompts: person({ agree: async () => false }) };
      await fails(link.pair(refused), BY_CALLER);
    }
    equal(await bondOf(bench, plain), before);
    await using link = await meet(bench, plain);
    equal((await link.encrypt()).short, null);
  });

  it("the bond of one device may not be replaced by another's", async (bench) => {
    const { plain, display } = bench;
    const before = await bondedWith(bench, plain);
    await using link = await meet(bench, plain);
    await fails(link.pair({ replaces: display.peerId }), { kind: "bond-exists" });
    equal(await bondOf(bench, plain), before);
  });
}

export function removing(it: It): void {
  it("removing ends the link and deletes the bond; a second time there is none", async (bench) => {
    const { plain, backend, until } = bench;
    const keys = keysOf(backend);
    await bondedWith(bench, plain);
    const link = await meet(bench, plain);
    await link.encrypt();
    equal(await until(keys.remove(plain.peerId, never())), "removed");
    equal(await until(link.connection.closed), { by: "us" });
    equal(await bondOf(bench, plain), undefined);
    equal(await until(keys.all()), []);
    equal(await until(keys.remove(plain.peerId, never())), "notFound");
    await using again = await meet(bench, plain);
    await fails(again.encrypt(), { kind: "not-bonded" });
  });

  it("removing one bond leaves the others", async (bench) => {
    const { plain, display, backend, until } = bench;
    await bondedWith(bench, plain);
    await pairedWith(bench, display, { prompts: person({ enter: async () => display.shown }) });
    const kept = await bondOf(bench, display);
    equal(await until(keysOf(backend).remove(plain.peerId, never())), "removed");
    equal(await until(keysOf(backend).all()), [kept]);
  });

  it("a table is kept with its bond until it is cleared", async (bench) => {
    const { plain, backend, until } = bench;
    const keys = keysOf(backend);
    equal(await until(keys.clearTable(plain.peerId)), "notFound");
    await bondedWith(bench, plain);
    {
      await using link = await meet(bench, plain);
      await until(link.connection.discover(never()));
    }
    equal(await until(keys.clearTable(plain.peerId)), "removed");
    equal(await until(keys.clearTable(plain.peerId)), "notFound");
    await using link = await meet(bench, plain);
    equal(await until(link.connection.read(bench.guarded, { signal: never() })), GUARDED_VALUE);
  });
}
