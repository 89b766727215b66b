import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { recognise } from "../../../src/storage/keys/adapters.ts";
import type { AdapterClaim, AdapterRow } from "../../../src/storage/keys/rows.ts";
import { newProfile } from "../../support/tabs.ts";
import { CLAIM, openKeysTab } from "./keys-rig.ts";

beforeEach(newProfile);

const USB = { vendorId: 0x0a12, productId: 0x0001, serial: "0001" };
const row = (id: string, ...accepted: AdapterClaim[]): AdapterRow => ({
  v: 1,
  id,
  rev: 1,
  label: id,
  createdAt: "2026-06-01T10:00:00.000Z",
  lastSeenAt: "2026-06-01T10:00:00.000Z",
  accepted,
});

describe("an adapter is", () => {
  test("new where its address was never seen", () => {
    assert.deepEqual(recognise([], CLAIM), { kind: "new" });
    assert.deepEqual(recognise([row("a", { ...CLAIM, address: "02:00:00:00:00:09" })], CLAIM), {
      kind: "new",
    });
  });

  test("known where it is in every point as a person accepted it, now or before", () => {
    const updated = { ...CLAIM, hciSubversion: 9 };
    const known = [row("a", updated, CLAIM)];
    for (const claim of [updated, CLAIM]) assert.equal(recognise(known, claim).kind, "known");
  });

  const differences: readonly (readonly [keyof AdapterClaim, Partial<AdapterClaim>])[] = [
    ["hciVersion", { hciVersion: 11 }],
    ["hciSubversion", { hciSubversion: 2 }],
    ["lmpVersion", { lmpVersion: 11 }],
    ["lmpSubversion", { lmpSubversion: 8 }],
    ["manufacturer", { manufacturer: 10 }],
    ["features", { features: "ff00000000000000" }],
    ["usb", { usb: { ...USB, serial: "0002" } }],
    ["usb", { usb: { ...USB, vendorId: 1 } }],
    ["usb", { usb: null }],
  ];
  for (const [field, change] of differences) {
    test(`not known where it claims a known address and its ${field} differs: ${JSON.stringify(change)}`, () => {
      const known = { ...CLAIM, usb: USB };
      const recognition = recognise([row("a", known)], { ...known, ...change });
      assert.equal(recognition.kind, "differs");
      assert.deepEqual(
        recognition.kind === "differs" &&
          recognition.from.map(({ differences: [first, ...rest] }) => [first?.field, rest]),
        [[field, []]],
      );
    });
  }

  test("known where the bus says more than before, which is learned", () => {
    const recognition = recognise([row("a", CLAIM)], { ...CLAIM, usb: USB });
    assert.deepEqual(
      [recognition.kind, recognition.kind === "known" && recognition.learned],
      ["known", true],
    );
  });

  test("the nearest of several with one factory address", () => {
    const near = { ...CLAIM, hciSubversion: 3 };
    const known = [row("far", { ...near, manufacturer: 1, features: "00".repeat(8) }), row("near", near)];
    const recognition = recognise(known, CLAIM);
    assert.ok(recognition.kind === "differs");
    assert.deepEqual(
      recognition.from.map(({ adapter }) => adapter.id),
      ["near", "far"],
    );
    assert.equal(recognise([...known, row("same", CLAIM)], CLAIM).kind, "known");
  });

  for (const address of [null, "00:00:00:00:00:00", "FF:FF:FF:FF:FF:FF"]) {
    test(`recognised by its serial number where its address is ${address}, and without one is new`, () => {
      const claim = { ...CLAIM, address, usb: USB };
      assert.equal(recognise([row("a", claim)], claim).kind, "known");
      assert.equal(recognise([row("a", claim)], { ...claim, lmpVersion: 1 }).kind, "differs");
      const nameless = { ...claim, usb: { ...USB, serial: null } };
      assert.equal(recognise([row("a", nameless)], nameless).kind, "new");
    });
  }
});

describe("consent", () => {
  const changed = { ...CLAIM, manufacturer: 10 };

  test("is needed before a changed adapter gets keys, and is remembered", async () => {
    {
      await using tab = openKeysTab();
      const { id } = await tab.adapter();
      await assert.rejects(tab.keys.adapters.admit(changed), TypeError);
      assert.deepEqual(await tab.keys.adapters.consent(id, changed), { id, admitted: true });
    }
    await using tab = openKeysTab();
    const admitted = await tab.keys.adapters.admit(changed);
    assert.equal((await tab.keys.adapters.admit(CLAIM)).id, admitted.id, "as it was before is still known");
    assert.deepEqual((await tab.keys.adapters.all())[0]?.accepted, [changed, CLAIM]);
  });

  test("refused makes another adapter with the same address, and no bonds", async () => {
    await using tab = openKeysTab();
    const first = await tab.adapter();
    const second = await tab.keys.adapters.add(changed, "another");
    assert.notEqual(second.id, first.id);
    assert.equal((await tab.keys.adapters.admit(CLAIM)).id, first.id);
    assert.equal((await tab.keys.adapters.admit(changed)).id, second.id);
  });

  test("is not given to an adapter that is not stored", async () => {
    await using tab = openKeysTab();
    await assert.rejects(tab.keys.adapters.consent("nobody", CLAIM), TypeError);
    await assert.rejects(tab.keys.adapters.admit(CLAIM), TypeError);
  });

  test("for what was learned of the bus is not asked, but kept: from then on it may not be missing", async () => {
    await using tab = openKeysTab();
    const first = await tab.adapter();
    assert.equal((await tab.keys.adapters.admit({ ...CLAIM, usb: USB })).id, first.id);
    const other = { ...CLAIM, usb: { ...USB, serial: "9999" } };
    for (const claim of [other, CLAIM]) {
      assert.equal((await tab.keys.adapters.recognise(claim)).kind, "differs");
    }
    await tab.keys.adapters.consent(first.id, CLAIM);
    assert.equal(
      (await tab.keys.adapters.recognise(CLAIM)).kind,
      "known",
      "over a bridge, with a person's yes",
    );
    assert.equal((await tab.keys.adapters.recognise(other)).kind, "differs");
  });
});
