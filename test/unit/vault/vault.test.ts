import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { VaultError } from "../../../src/storage/vault/ports.ts";
import type { Sealed, Vault } from "../../../src/storage/vault/vault.ts";
import { ITERATIONS } from "../../../src/storage/vault/vault-row.ts";
import { FakePrf, MemoryVaultRows, rig, text, watchedCrypto } from "./vault-rig.ts";

const PASSPHRASE = { kind: "passphrase", passphrase: "correct horse" } as const;
const OTHER = { kind: "passphrase", passphrase: "battery staple" } as const;
const DEVICE = { kind: "device" } as const;
const BOUND = ["bond", "adapter", "local", "peer", "active"];
const failure = (kind: string) => (error: unknown) =>
  error instanceof VaultError && error.failure.kind === kind;

async function opens(vault: Vault, sealed: Sealed): Promise<boolean> {
  const plain = await vault.unseal(sealed, BOUND);
  return plain !== null && new TextDecoder().decode(plain) === "sixteen octets..";
}
const sealSomething = (vault: Vault): Promise<Sealed> => vault.seal(text("sixteen octets.."), BOUND);

describe("a vault that nobody configured", () => {
  test("makes itself with a device key on first use, and opens without a question after a restart", async () => {
    const first = rig();
    assert.deepEqual(await first.vault.state(), { kind: "absent" });
    const sealed = await sealSomething(first.vault);
    assert.deepEqual(await first.vault.state(), { kind: "open", by: ["device"], bare: true });
    const second = rig({}, first.rows);
    assert.deepEqual(await second.vault.state(), { kind: "locked", by: ["device"] });
    assert.ok(await opens(second.vault, sealed));
  });

  test("stores a key that cannot be read, and no raw key beside it", async () => {
    const { vault, rows } = rig();
    await vault.name();
    const key: unknown = Reflect.get(Object(Reflect.get(Object(rows.row), "locks")[0]), "key");
    assert.ok(key instanceof CryptoKey);
    assert.equal(key.extractable, false);
    await assert.rejects(crypto.subtle.exportKey("raw", key), { name: "InvalidAccessError" });
  });

  test("is made once, however many callers come at the same time", async () => {
    const { vault, rows } = rig();
    const sealed = await Promise.all(Array.from({ length: 20 }, () => sealSomething(vault)));
    assert.equal(rows.writes, 1);
    for (const each of sealed) assert.ok(await opens(vault, each));
  });

  test("is not made over sealed records of a vault that is gone", async () => {
    const { vault, rows } = rig();
    rows.sealed = true;
    await assert.rejects(vault.name(), failure("lost"));
    await assert.rejects(vault.unlock(PASSPHRASE), failure("lost"));
    assert.equal(rows.writes, 0);
  });

  test("is not made twice: the second tab is told to look again", async () => {
    const { vault, rows } = rig();
    const other = rig({}, rows);
    await other.vault.name();
    const standing = rows.row;
    rows.row = undefined;
    rows.beforeWrite = () => void (rows.row = standing);
    await assert.rejects(vault.create([DEVICE]), failure("changed"));
    assert.equal(await vault.name(), await other.vault.name());
  });

  test("a store that fails is not an absent vault", async () => {
    const rows = new MemoryVaultRows();
    rows.read = () => Promise.reject(new Error("Cannot read: asked to fail"));
    await assert.rejects(rig({}, rows).vault.state(), /asked to fail/);
    await assert.rejects(rig({}, rows).vault.name(), /asked to fail/);
    assert.equal(rows.writes, 0);
  });
});

describe("a sealed thing", () => {
  const others: readonly (readonly string[])[] = [
    ["bond", "adapter2", "local", "peer", "active"],
    ["bond", "adapter", "local2", "peer", "active"],
    ["bond", "adapter", "local", "peer2", "active"],
    ["bond", "adapter", "local", "peer", "candidate"],
    ["bond", "adapter", "localpeer", "", "active"],
    ["bond", "adapter", "local", "peer"],
  ];
  for (const other of others) {
    test(`does not open as [${other.join(", ")}]`, async () => {
      const { vault } = rig();
      const sealed = await sealSomething(vault);
      assert.equal(await vault.unseal(sealed, other), null);
      assert.ok(await opens(vault, sealed));
    });
  }

  test("does not open with one bit changed, anywhere", async () => {
    const { vault } = rig();
    const sealed = await sealSomething(vault);
    for (const field of ["iv", "data"] as const) {
      for (let i = 0; i < sealed[field].length; i++) {
        const hex = sealed[field];
        const digit = (Number.parseInt(hex.charAt(i), 16) ^ 1).toString(16);
        const changed = hex.slice(0, i) + digit + hex.slice(i + 1);
        assert.equal(await vault.unseal({ ...sealed, [field]: changed }, BOUND), null);
      }
    }
  });

  test("does not open in another vault, nor with another name on it", async () => {
    const [one, two] = [rig(), rig()];
    const sealed = await sealSomething(one.vault);
    assert.equal(await two.vault.unseal(sealed, BOUND), null);
    assert.equal(await two.vault.unseal({ ...sealed, vault: await two.vault.name() }, BOUND), null);
  });

  test("never looks the same twice", async () => {
    const { vault } = rig();
    const all = await Promise.all(Array.from({ length: 50 }, () => sealSomething(vault)));
    assert.equal(new Set(all.map(({ iv }) => iv)).size, 50);
  });
});

describe("a passphrase", () => {
  test("opens the vault after a restart; a wrong one opens nothing and says so", async () => {
    const first = rig();
    await first.vault.create([PASSPHRASE]);
    const sealed = await sealSomething(first.vault);
    const { vault, states } = rig({}, first.rows);
    await assert.rejects(vault.unseal(sealed, BOUND), failure("locked"));
    await assert.rejects(vault.unlock(OTHER), failure("wrong-passphrase"));
    await assert.rejects(vault.unseal(sealed, BOUND), failure("locked"));
    assert.deepEqual(await vault.state(), { kind: "locked", by: ["passphrase"] });
    await vault.unlock(PASSPHRASE);
    assert.ok(await opens(vault, sealed));
    assert.deepEqual(states, ["open"]);
  });

  test("is the same when another keyboard composes its letters in another way", async () => {
    const first = rig();
    await first.vault.create([{ kind: "passphrase", passphrase: "sch\u00f6ner Tag" }]);
    await rig({}, first.rows).vault.unlock({ kind: "passphrase", passphrase: "scho\u0308ner Tag" });
  });

  test("of less than eight characters is refused, and nothing is made", async () => {
    const { vault, rows } = rig();
    await assert.rejects(
      vault.create([{ kind: "passphrase", passphrase: "sieben7" }]),
      failure("weak-passphrase"),
    );
    assert.equal(rows.row, undefined);
  });

  test("is changed without touching what was sealed, and the old one opens nothing afterwards", async () => {
    const { vault, rows } = rig();
    await vault.create([PASSPHRASE]);
    const sealed = await sealSomething(vault);
    await vault.change(PASSPHRASE, [OTHER]);
    assert.ok(await opens(vault, sealed), "still open");
    const again = rig({}, rows).vault;
    await assert.rejects(again.unlock(PASSPHRASE), failure("wrong-passphrase"));
    await again.unlock(OTHER);
    assert.ok(await opens(again, sealed));
  });

  test("is asked for again before it is changed, even while the vault is open", async () => {
    const { vault, rows } = rig();
    await vault.create([PASSPHRASE]);
    const before = structuredClone(rows.row);
    await assert.rejects(vault.change(OTHER, [OTHER]), failure("wrong-passphrase"));
    assert.deepEqual(rows.row, before);
  });

  test("change that is cut off leaves the old one, and everything opens with it", async () => {
    const { vault, rows } = rig();
    await vault.create([PASSPHRASE]);
    const sealed = await sealSomething(vault);
    rows.beforeWrite = () => {
      throw new Error("Cannot write: the tab was closed");
    };
    await assert.rejects(vault.change(PASSPHRASE, [OTHER]), /the tab was closed/);
    const again = rig({}, rows).vault;
    await again.unlock(PASSPHRASE);
    assert.ok(await opens(again, sealed));
  });

  test("changed in two tabs at once: the second is told, and the first one's counts", async () => {
    const { vault, rows } = rig();
    await vault.create([PASSPHRASE]);
    const other = rig({}, rows).vault;
    const { promise, resolve } = Promise.withResolvers<void>();
    const real = rows.read.bind(rows);
    rows.read = async () => {
      const row = await real();
      await promise;
      return row;
    };
    const late = other.change(PASSPHRASE, [{ kind: "passphrase", passphrase: "third of them" }]);
    rows.read = real;
    await vault.change(PASSPHRASE, [OTHER]);
    resolve();
    await assert.rejects(late, failure("changed"));
    await rig({}, rows).vault.unlock(OTHER);
  });

  test("takes the place of the device key: from then on nothing opens without it", async () => {
    const { vault, rows } = rig();
    const sealed = await sealSomething(vault);
    await vault.change(DEVICE, [PASSPHRASE]);
    const again = rig({}, rows).vault;
    await assert.rejects(again.unseal(sealed, BOUND), failure("locked"));
    await assert.rejects(again.unlock(DEVICE), failure("refused"));
    await again.unlock(PASSPHRASE);
    assert.ok(await opens(again, sealed));
    await again.change(PASSPHRASE, [DEVICE]);
    assert.ok(await opens(rig({}, rows).vault, sealed), "and back");
  });

  test("beside a device key would protect nothing, and is refused", async () => {
    await assert.rejects(rig().vault.create([DEVICE, PASSPHRASE]), TypeError);
    await assert.rejects(rig().vault.create([]), TypeError);
  });

  test("is stretched at least 600 000 times, and a stored count outside the bounds is not even tried", async () => {
    assert.ok(ITERATIONS.make >= 600_000 && ITERATIONS.least >= 600_000);
    const rows = new MemoryVaultRows();
    let asked = 0;
    const watched = watchedCrypto();
    const { vault } = rig(
      {
        iterations: ITERATIONS,
        crypto: {
          ...watched,
          keyFromPassphrase: (passphrase, salt, iterations) => {
            asked = iterations;
            return watched.keyFromPassphrase(passphrase, salt, iterations);
          },
        },
      },
      rows,
    );
    await vault.create([PASSPHRASE]);
    assert.equal(asked, 600_000);
    asked = 0;
    for (const iterations of [1, 599_999, 10_000_001, 2 ** 40, 6e5 + 0.5, "600000"]) {
      rows.damage((row) => {
        row["locks"] = [{ ...Object(Reflect.get(row, "locks"))[0], iterations }];
      });
      await assert.rejects(vault.unlock(PASSPHRASE), failure("unreadable"), String(iterations));
    }
    assert.equal(asked, 0);
  });
});

describe("a damaged vault", () => {
  const damages: readonly (readonly [string, (row: Record<string, unknown>) => void])[] = [
    ["its name", (row) => void (row["vault"] = "another")],
    ["its version", (row) => void (row["v"] = 2)],
    ["its locks", (row) => void (row["locks"] = [])],
    ["its time", (row) => void (row["createdAt"] = "2020-01-01T00:00:00.000Z")],
    ["its digest", (row) => void (row["digest"] = "0".repeat(64))],
    ["the salt", (row) => void (row["locks"] = [{ ...Object(row["locks"])[0], salt: "00".repeat(32) }])],
    ["the kind of lock", (row) => void (row["locks"] = [{ ...Object(row["locks"])[0], kind: "none" }])],
  ];
  for (const [what, change] of damages) {
    test(`in ${what} is unreadable: neither absent nor a wrong passphrase`, async () => {
      const { vault, rows } = rig();
      await vault.create([PASSPHRASE]);
      rows.damage(change);
      const standing = structuredClone(rows.row);
      const again = rig({}, rows).vault;
      await assert.rejects(again.state(), failure("unreadable"));
      await assert.rejects(again.unlock(PASSPHRASE), failure("unreadable"));
      await assert.rejects(again.name(), failure("unreadable"));
      await assert.rejects(again.create([PASSPHRASE]), failure("unreadable"));
      assert.deepEqual(rows.row, standing, "and left as it is");
    });
  }
});

describe("a security key (WebAuthn PRF)", () => {
  test("opens the vault, alone or beside a passphrase", async () => {
    const prf = new FakePrf();
    const first = rig({ prf });
    await first.vault.create([{ kind: "prf" }, PASSPHRASE]);
    const sealed = await sealSomething(first.vault);
    const byKey = rig({ prf }, first.rows).vault;
    await byKey.unlock({ kind: "prf" });
    assert.ok(await opens(byKey, sealed));
    const byWords = rig({ prf }, first.rows).vault;
    await byWords.unlock(PASSPHRASE);
    assert.ok(await opens(byWords, sealed));
    assert.deepEqual(await byWords.state(), { kind: "open", by: ["prf", "passphrase"], bare: false });
  });

  test("another one opens nothing", async () => {
    const first = rig({ prf: new FakePrf() });
    await first.vault.create([{ kind: "prf" }]);
    const { vault } = rig({ prf: new FakePrf() }, first.rows);
    await assert.rejects(vault.unlock({ kind: "prf" }), failure("refused"));
    await assert.rejects(vault.name(), failure("locked"));
  });

  test("that the person does not touch, or that is not there, changes nothing", async () => {
    const prf = new FakePrf();
    prf.refusal = new VaultError({ kind: "refused", detail: "cancelled" });
    const { vault, rows } = rig({ prf });
    await assert.rejects(vault.create([{ kind: "prf" }]), failure("refused"));
    await assert.rejects(rig().vault.create([{ kind: "prf" }]), failure("refused"));
    assert.equal(rows.row, undefined);
  });
});

describe("locking", () => {
  const idleMs = 60_000;

  test("by hand holds until somebody unlocks, even with a device key", async () => {
    const { vault, states } = rig();
    const sealed = await sealSomething(vault);
    vault.lock();
    await assert.rejects(vault.unseal(sealed, BOUND), failure("locked"));
    await vault.unlock(DEVICE);
    assert.ok(await opens(vault, sealed));
    assert.deepEqual(states, ["open", "locked", "open"]);
  });

  test("happens by itself after the idle time, counted from the last use", async () => {
    const { vault, clock, states } = rig({ idleMs });
    await vault.create([PASSPHRASE]);
    const sealed = await sealSomething(vault);
    await clock.advance(idleMs - 1);
    assert.ok(await opens(vault, sealed));
    await clock.advance(idleMs - 1);
    assert.deepEqual(states, ["open"]);
    await clock.advance(1);
    assert.deepEqual(states, ["open", "locked"]);
    await assert.rejects(vault.unseal(sealed, BOUND), failure("locked"));
    assert.equal(clock.pending, 0);
  });

  test("does not happen by itself where nothing but a stored key opens it", async () => {
    const { vault, clock, states } = rig({ idleMs });
    await vault.name();
    assert.equal(clock.pending, 0);
    assert.deepEqual(states, ["open"]);
  });

  test("wins over an unlocking that began before", async () => {
    const { vault, rows } = rig();
    await vault.create([PASSPHRASE]);
    const again = rig({}, rows);
    const unlocking = again.vault.unlock(PASSPHRASE);
    again.vault.lock();
    await assert.rejects(unlocking, failure("locked"));
    assert.equal((await again.vault.state()).kind, "locked");
  });

  test("is not stopped by a listener that throws", async () => {
    const { vault } = rig({
      onChange: () => {
        throw new Error("Cannot listen");
      },
    });
    await vault.name();
    vault.lock();
    await assert.rejects(vault.name(), failure("locked"));
  });
});

test("no raw key and no passphrase is left in a buffer of ours", async () => {
  const watched = watchedCrypto();
  const prf = new FakePrf();
  const { vault } = rig({ crypto: watched, prf });
  await vault.create([PASSPHRASE, { kind: "prf" }]);
  await vault.change(PASSPHRASE, [OTHER]);
  vault.lock();
  await vault.unlock(OTHER);
  assert.ok(watched.secrets.length >= 8);
  for (const secret of watched.secrets) assert.ok(secret.every((octet) => octet === 0));
});

test("no failure says a passphrase", async () => {
  const { vault } = rig();
  await vault.create([PASSPHRASE]);
  const error: unknown = await vault.unlock(OTHER).catch((thrown: unknown) => thrown);
  assert.ok(error instanceof VaultError);
  assert.doesNotMatch(`${JSON.stringify(error)} ${error.message} ${error.stack}`, /battery|staple/);
});
