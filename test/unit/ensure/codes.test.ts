import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { generateSigningKey } from "../../../src/sdk/signed-result.ts";
import { type CodeVault, FixedCodes } from "../../../src/state/ensure/codes.ts";
import { IndexedApps } from "../../../src/storage/apps/store.ts";
import { newProfile } from "../../support/tabs.ts";

beforeEach(newProfile);

/** Seals with AES-GCM as the vault does, without its ways in. */
async function testVault(): Promise<CodeVault> {
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, [
    "encrypt",
    "decrypt",
  ]);
  const hex = (octets: Uint8Array) => Buffer.from(octets).toString("hex");
  const data = (bound: readonly string[]) => new TextEncoder().encode(JSON.stringify(bound));
  return {
    async seal(plain, bound) {
      const iv = crypto.getRandomValues(new Uint8Array(12));
      const sealed = await crypto.subtle.encrypt(
        { name: "AES-GCM", iv, additionalData: data(bound) },
        key,
        plain,
      );
      return { vault: "v1", iv: hex(iv), data: hex(new Uint8Array(sealed)) };
    },
    async unseal(sealed, bound) {
      const iv = new Uint8Array(Buffer.from(sealed.iv, "hex"));
      const octets = new Uint8Array(Buffer.from(sealed.data, "hex"));
      try {
        const parameters = { name: "AES-GCM", iv, additionalData: data(bound) };
        return new Uint8Array(await crypto.subtle.decrypt(parameters, key, octets));
      } catch {
        return null;
      }
    },
  };
}

async function bench() {
  const apps = new IndexedApps({ hostname: "bonds.example", newKey: generateSigningKey });
  const vault = await testVault();
  return { apps, codes: new FixedCodes(apps, async () => vault) };
}

test("a code is kept sealed, opens for its bond only, and is forgotten when the person says so", async () => {
  const { apps, codes } = await bench();
  assert.equal(await codes.keep("bond-1", "012345"), true);
  assert.deepEqual([await codes.has("bond-1"), await codes.of("bond-1")], [true, "012345"]);
  const sealed = await apps.code("bond-1");
  assert(sealed !== undefined);
  assert.doesNotMatch(JSON.stringify(sealed), /012345/);
  await apps.setCode("bond-2", sealed);
  assert.equal(await codes.of("bond-2"), undefined);
  await codes.forget("bond-1");
  assert.equal(await codes.of("bond-1"), undefined);
});

test("anything but six digits is refused, and nothing is stored", async () => {
  const { codes } = await bench();
  for (const digits of ["", "12345", "1234567", "12345a", "１２３４５６"])
    assert.equal(await codes.keep("bond-1", digits), false, digits);
  assert.equal(await codes.has("bond-1"), false);
});

test("a locked vault keeps nothing and is no empty one", async () => {
  const { apps, codes } = await bench();
  await codes.keep("bond-1", "012345");
  const locked = new FixedCodes(apps, () => Promise.reject(new Error("locked")));
  await assert.rejects(locked.keep("bond-1", "111111"), /locked/);
  await assert.rejects(locked.of("bond-1"), /locked/);
  assert.equal(await codes.of("bond-1"), "012345");
});
