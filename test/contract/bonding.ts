/**
 * What every `Backend` with `capabilities.pairing` `explicit` promises of bonds whose keys are ours, as one suite. It
 * names no test runner and imports nothing of Node, so that it also runs inside a page.
 */
import { DEFAULT_DEVICE_POLICY, type DevicePolicy } from "../../src/link/security.ts";
import type { ContractTest } from "./bench.ts";
import { type BondingHarness, GUARDED_VALUE } from "./bonding-bench.ts";
import { removing, replacing } from "./bonding-keeping.ts";
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
  settledSoon,
} from "./bonding-link.ts";
import { equal, failureOf, fails, ok } from "./expect.ts";

const AUTHENTICATED: DevicePolicy = { minimumLevel: "authenticated", legacyAllowed: false };
const forEver = <T>(): Promise<T> => new Promise(() => {});

/** Registers every test of the contract for one backend. */
export function bondingContract(name: string, harness: BondingHarness, test: ContractTest): void {
  const it: It = (sentence, run) =>
    test(`${name}: ${sentence}`, async () => {
      await using bench = await harness.start();
      await run(bench);
    });
  pairing(it);
  refusing(it);
  proving(it);
  replacing(it);
  removing(it);
}

function pairing(it: It): void {
  it("the store is ready and knows nobody before the first pairing", async (bench) => {
    const { backend, plain, until } = bench;
    equal(backend.capabilities.pairing, "explicit");
    equal(backend.capabilities.keysOwnedBy, "bondkeeper");
    const keys = keysOf(backend);
    equal(await until(keys.readiness()), "ready");
    equal(await until(keys.all()), []);
    equal(await bondOf(bench, plain), undefined);
    equal(await until(backend.known(never())), []);
  });

  it("a link is in clear until it is paired, and then says what protects it", async (bench) => {
    await using link = await meet(bench, bench.plain);
    equal(link.bonding.security.encrypted, false);
    equal(link.bonding.security.level, null);
    const { peer, ...outcome } = await link.pair();
    equal(peer.id, bench.plain.peerId);
    equal(outcome, {
      method: "just-works",
      authenticated: false,
      secureConnections: true,
      keySize: 16,
      level: "encrypted",
      bonded: true,
      persisted: true,
    });
    equal(link.bonding.security, {
      encrypted: true,
      authenticated: false,
      secureConnections: true,
      keySize: 16,
      level: "encrypted",
    });
    equal(await bench.until(link.connection.read(bench.guarded, { signal: never() })), GUARDED_VALUE);
  });

  it("a bond that was just made is stored, unproven, and found again without a chooser", async (bench) => {
    const { backend, plain, until } = bench;
    await pairedWith(bench, plain);
    const stored = await bondOf(bench, plain);
    ok(stored !== undefined, "there is no bond");
    const { state, method, level, keySize, persisted, imported, provenAt, alternatives } = stored;
    equal(
      { state, method, level, keySize, persisted, imported, provenAt, alternatives },
      {
        state: "unproven",
        method: "just-works",
        level: "encrypted",
        keySize: 16,
        persisted: true,
        imported: false,
        provenAt: null,
        alternatives: 0,
      },
    );
    equal(await until(keysOf(backend).all()), [stored]);
    equal(
      (await until(backend.known(never()))).map(({ id }) => id),
      [plain.peerId],
    );
  });

  it("a passkey that the device shows makes the bond authenticated", async (bench) => {
    const { display } = bench;
    const prompts = person({ enter: async () => display.shown });
    const { method, authenticated, level } = await pairedWith(bench, display, {
      prompts,
      policy: AUTHENTICATED,
    });
    equal({ method, authenticated, level }, { method: "passkey", authenticated: true, level: "secure" });
  });

  it("nothing that is said of a bond is long enough to be a key", async (bench) => {
    await bondedWith(bench, bench.plain);
    const told = JSON.stringify(await bench.until(keysOf(bench.backend).all()));
    ok(!/[\da-f]{32}/iu.test(told), told);
  });
}

function refusing(it: It): void {
  it("a person who says no ends the pairing, and nothing is stored", async (bench) => {
    await using link = await meet(bench, bench.plain);
    await fails(link.pair({ prompts: person({ agree: async () => false }) }), BY_CALLER);
    equal(await bondOf(bench, bench.plain), undefined);
  });

  it("an abort ends a pairing that waits for a person at once, and nothing is stored", async (bench) => {
    await using link = await meet(bench, bench.display);
    const stop = new AbortController();
    const hanging = link.pairing({ prompts: person({ enter: forEver }), signal: stop.signal });
    hanging.catch(() => {});
    await bench.soon();
    stop.abort();
    await fails(settledSoon(bench, hanging), BY_CALLER);
    equal(await bondOf(bench, bench.display), undefined);
  });

  it("a signal that is aborted already asks the device for nothing", async (bench) => {
    await using link = await meet(bench, bench.plain);
    await fails(link.pair({ signal: AbortSignal.abort() }), BY_CALLER);
    await fails(link.encrypt(DEFAULT_DEVICE_POLICY, AbortSignal.abort()), BY_CALLER);
    await bench.soon();
    equal(bench.plain.asked, 0);
    equal(link.bonding.security.encrypted, false);
  });

  it("a wrong passkey is named, nothing is stored, and the next try has to wait", async (bench) => {
    const wrong = {
      prompts: person({ enter: async () => other(bench.display.shown) }),
      policy: AUTHENTICATED,
    };
    {
      await using link = await meet(bench, bench.display);
      const failure = await failureOf(link.pair(wrong));
      ok(failure.kind === "pairing-failed" && failure.reason === "passkey-wrong", JSON.stringify(failure));
    }
    equal(await bondOf(bench, bench.display), undefined);
    const { asked } = bench.display;
    await using again = await meet(bench, bench.display);
    const failure = await failureOf(again.pair(wrong));
    ok(failure.kind === "pairing-failed" && failure.reason === "repeated-attempts", JSON.stringify(failure));
    ok(failure.kind === "pairing-failed" && (failure.retryAfterMs ?? 0) > 0, "it does not say how long");
    equal(bench.display.asked, asked);
  });

  it("a device that gives less than is asked for is refused before any key is made", async (bench) => {
    await using link = await meet(bench, bench.plain);
    await fails(link.pair({ policy: AUTHENTICATED }), { kind: "below-level", what: "level" });
    equal(await bondOf(bench, bench.plain), undefined);
    equal(link.bonding.security.encrypted, false);
  });

  it("a link that ends in the middle of a pairing leaves no bond", async (bench) => {
    const { display } = bench;
    const link = await meet(bench, display);
    const hanging = link.pairing({ prompts: person({ enter: forEver }) });
    hanging.catch(() => {});
    await bench.soon();
    await display.drop();
    await fails(bench.until(hanging), { kind: "pairing-failed", reason: "link-lost-while-pairing" });
    equal(await bench.until(link.connection.closed), { by: "peer" });
    equal(await bondOf(bench, display), undefined);
  });
}

/** Six other digits. */
const other = (digits: string): string => String((Number(digits) + 1) % 1_000_000).padStart(6, "0");

function proving(it: It): void {
  it("without a bond nothing can be encrypted, and the link stays", async (bench) => {
    await using link = await meet(bench, bench.plain);
    await fails(link.encrypt(), { kind: "not-bonded" });
    equal(link.bonding.security.encrypted, false);
    await link.pair();
    equal(link.bonding.security.encrypted, true);
  });

  it("the link on which a key was made proves nothing", async (bench) => {
    await using link = await meet(bench, bench.plain);
    await link.pair();
    const { kind } = await failureOf(link.promote());
    equal(kind, "usage");
    equal((await bondOf(bench, bench.plain))?.state, "unproven");
  });

  it("another link is encrypted with the stored key, which counts from then on", async (bench) => {
    await pairedWith(bench, bench.plain);
    const { asked } = bench.plain;
    await using link = await meet(bench, bench.plain);
    const { security, short, encMs } = await link.encrypt();
    equal(short, null);
    ok(encMs >= 0, `it took ${encMs} ms`);
    equal(security, link.bonding.security);
    equal([security.encrypted, security.level, security.keySize], [true, "encrypted", 16]);
    const stored = await link.promote();
    equal([stored.state, stored.alternatives], ["active", 0]);
    ok(stored.provenAt !== null, "the proof has no date");
    equal(await bondOf(bench, bench.plain), stored);
    equal(bench.plain.asked, asked);
  });

  it("with a bond nothing is read before the link is encrypted", async (bench) => {
    await bondedWith(bench, bench.plain);
    await using link = await meet(bench, bench.plain);
    equal(link.bonding.security.encrypted, false);
    equal(await bench.until(link.connection.read(bench.guarded, { signal: never() })), GUARDED_VALUE);
    equal(link.bonding.security.encrypted, true);
  });

  it("a bond that is weaker than asked for encrypts, says so, and opens nothing", async (bench) => {
    await bondedWith(bench, bench.plain);
    await using link = await meet(bench, bench.plain);
    equal((await link.encrypt(AUTHENTICATED)).short, "level");
    equal((await bondOf(bench, bench.plain))?.state, "active");
  });

  it("a device that lost its key ends the link, and the bond is as it was", async (bench) => {
    const before = await bondedWith(bench, bench.plain);
    await bench.plain.reset();
    const link = await meet(bench, bench.plain);
    await fails(link.encrypt(), { kind: "key-refused", reason: "key-missing" });
    await bench.until(link.connection.closed);
    equal(await bondOf(bench, bench.plain), before);
  });
}
