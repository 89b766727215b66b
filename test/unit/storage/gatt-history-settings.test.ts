import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { HISTORY_KEPT } from "../../../src/storage/records.ts";
import { validity } from "../../../src/storage/cache.ts";
import { at, bond, brief, entry, NOW, tableOf } from "../../support/records.ts";
import { failWrites, newProfile, openTab, putRaw, withRaw } from "../../support/tabs.ts";

beforeEach(newProfile);
const OTHER_HASH = "22".repeat(32);

describe("attribute tables", () => {
  test("a table comes back as it was after a restart, its time included", async () => {
    const old = tableOf("a", { at: "2026-03-01T00:00:00.000Z", databaseHash: "ab".repeat(16) });
    {
      await using tab = openTab();
      await tab.gatt.put(old);
    }
    await using tab = openTab();
    assert.deepEqual(await tab.gatt.get("a"), old);
  });

  test("a table of three months ago is still three months old after a reload", async () => {
    {
      await using tab = openTab();
      await tab.gatt.put(tableOf("a", { at: "2026-03-03T10:00:00.000Z", firmwareRevision: null }));
    }
    await using tab = openTab();
    assert.deepEqual(validity(await tab.gatt.get("a"), { now: NOW }), {
      verdict: "stale",
      by: "age",
      ageDays: 90,
    });
  });

  test("the table before the last change is kept, to show the difference", async () => {
    await using tab = openTab();
    const first = tableOf("a");
    await tab.gatt.put(first);
    assert.equal(await tab.gatt.previous("a"), undefined);
    await tab.gatt.put(tableOf("a", { structureHash: OTHER_HASH, at: at(1) }));
    await tab.gatt.put(tableOf("a", { structureHash: OTHER_HASH, at: at(2) }));
    assert.deepEqual(await tab.gatt.previous("a"), first);
  });

  test("clearing one device answers whether there was anything", async () => {
    await using tab = openTab();
    await tab.gatt.put(tableOf("a"));
    await tab.gatt.put(tableOf("a", { structureHash: OTHER_HASH }));
    await tab.gatt.put(tableOf("b"));
    assert.equal(await tab.gatt.clear("a"), "removed");
    assert.equal(await tab.gatt.clear("a"), "not-found");
    assert.equal(await tab.gatt.previous("a"), undefined);
    assert.notEqual(await tab.gatt.get("b"), undefined);
  });

  test("clearing all answers for how many devices", async () => {
    await using tab = openTab();
    await tab.gatt.put(tableOf("a"));
    await tab.gatt.put(tableOf("a", { structureHash: OTHER_HASH }));
    await tab.gatt.put(tableOf("b"));
    assert.equal(await tab.gatt.clearAll(), 2);
    assert.equal(await tab.gatt.clearAll(), 0);
    assert.equal(await tab.gatt.get("b"), undefined);
  });

  test("a damaged table counts as absent, so that it is discovered again, and is reported", async () => {
    await using tab = openTab();
    await tab.bonds.all();
    await putRaw("gatt", { ...tableOf("a"), table: { services: [{ uuid: "180d" }] } });
    const found = await tab.gatt.get("a");
    assert.equal(found, undefined);
    assert.equal(validity(found, { now: NOW }).by, "absent");
    assert.deepEqual((await tab.bonds.quarantined()).map(brief), [
      "gatt a: table.services[0].uuid: not a 128-bit UUID in lower case",
    ]);
    await tab.gatt.put(tableOf("a"));
    assert.deepEqual(await tab.gatt.get("a"), tableOf("a"));
  });

  test("a table of absurd size is refused and not stored", async () => {
    await using tab = openTab();
    const service = tableOf("a").table.services[0];
    assert.ok(service);
    const characteristics = Array.from({ length: 3_000 }, () => service.characteristics[0] ?? assert.fail());
    const table = {
      services: [
        { ...service, characteristics },
        { ...service, characteristics },
      ],
    };
    await assert.rejects(tab.gatt.put(tableOf("a", { table })), /more than 5000 characteristics/u);
    assert.equal(await tab.gatt.get("a"), undefined);
  });
});

describe("history", () => {
  test("comes newest first, of one device, and no more than asked for", async () => {
    await using tab = openTab();
    await tab.history.append([entry("a", 1), entry("b", 2), entry("a", 3), entry("a", 2)]);
    assert.deepEqual(await tab.history.of("a", 2), [entry("a", 3), entry("a", 2)]);
    assert.equal((await tab.history.of("a", 100)).length, 3);
    assert.deepEqual(await tab.history.of("a", 0), []);
    assert.deepEqual(await tab.history.of("c", 10), []);
  });

  test("entries of the same moment keep the order in which they were written", async () => {
    await using tab = openTab();
    const kinds = ["repair-started", "paired", "repaired"] as const;
    await tab.history.append(kinds.map((kind) => entry("a", 0, { kind })));
    assert.deepEqual(
      (await tab.history.of("a", 10)).map(({ kind }) => kind),
      kinds.toReversed(),
    );
  });

  test("an id that begins like another one is another device", async () => {
    await using tab = openTab();
    await tab.history.append([entry("a", 0), entry("a-1", 0), entry("aa", 0)]);
    assert.deepEqual(await tab.history.of("a", 10), [entry("a", 0)]);
  });

  test("a kiosk that verifies every minute does not fill the disk: the oldest entries go", async () => {
    await using tab = openTab();
    await tab.history.append([entry("b", -1)]);
    for (let i = 0; i < 12; i++) {
      await tab.history.append(Array.from({ length: 100 }, (_, k) => entry("a", i * 100 + k)));
    }
    const kept = await tab.history.of("a", 10_000);
    assert.ok(kept.length >= HISTORY_KEPT && kept.length <= HISTORY_KEPT + 100, String(kept.length));
    assert.deepEqual(kept[0], entry("a", 1_199));
    assert.equal((await tab.history.of("b", 10)).length, 1);
  });

  test("a damaged entry is passed over and reported, and the limit still is met", async () => {
    await using tab = openTab();
    await tab.history.append([entry("a", 1)]);
    await putRaw("history", { ...entry("a", 2), kind: "exploded" });
    await tab.history.append([entry("a", 3)]);
    assert.deepEqual(await tab.history.of("a", 2), [entry("a", 3), entry("a", 1)]);
    const [found] = await tab.bonds.quarantined();
    assert.match(found?.reason ?? "", /^kind: not one of added/u);
    assert.equal(await tab.bonds.discardQuarantined(found?.id ?? ""), true);
    assert.equal(await withRaw((db) => db.count("history")), 2);
  });
});

describe("settings", () => {
  test("begin with defaults and a profile id that stays", async () => {
    const profile = await (async () => {
      await using tab = openTab();
      const first = await tab.settings.get();
      assert.deepEqual({ ...first, profileId: "" }, { v: 1, profileId: "", theme: "system", cacheDays: 30 });
      assert.notEqual(first.profileId, "");
      return first.profileId;
    })();
    await using tab = openTab();
    assert.equal((await tab.settings.get()).profileId, profile);
  });

  test("two tabs that start at once agree on the profile id", async () => {
    await using first = openTab();
    await using second = openTab();
    const [a, b] = await Promise.all([first.settings.get(), second.settings.get()]);
    assert.equal(a.profileId, b.profileId);
  });

  test("an update changes what it names and answers with all of them", async () => {
    await using tab = openTab();
    const { profileId } = await tab.settings.get();
    assert.deepEqual(await tab.settings.update({ theme: "dark" }), {
      v: 1,
      profileId,
      theme: "dark",
      cacheDays: 30,
    });
    assert.deepEqual(await tab.settings.update({ cacheDays: 7 }), {
      v: 1,
      profileId,
      theme: "dark",
      cacheDays: 7,
    });
  });

  test("a value out of range is refused and nothing is changed", async () => {
    await using tab = openTab();
    await assert.rejects(tab.settings.update({ cacheDays: -1 }), /cacheDays: not between 0 and 3650/u);
    await assert.rejects(
      tab.settings.update({ connectSeconds: 0 }),
      /connectSeconds: not between 1 and 600/u,
    );
    assert.equal((await tab.settings.get()).cacheDays, 30);
  });

  test("a damaged setting falls back to its default and keeps the profile id", async () => {
    await using tab = openTab();
    await tab.bonds.all();
    await putRaw("settings", { v: 1, profileId: "mine", theme: "plaid", cacheDays: 7 }, "settings");
    assert.deepEqual(await tab.settings.get(), { v: 1, profileId: "mine", theme: "system", cacheDays: 7 });
    assert.deepEqual((await tab.bonds.quarantined()).map(brief), [
      "settings settings: theme: not one of system, light, dark",
    ]);
  });

  test("a lost profile id is found again in the records that were made with it", async () => {
    await using tab = openTab();
    await tab.bonds.put([bond("a"), bond("b", { transport: "dongle", localIdentity: "C0:FF:EE:00:00:01" })]);
    await putRaw("settings", { v: 1, profileId: 5 }, "settings");
    assert.equal((await tab.settings.get()).profileId, "profile-1");
  });

  test("records of two profiles do not decide: the profile id is new", async () => {
    await using tab = openTab({ newId: () => "fresh" });
    await tab.bonds.put([bond("a"), bond("b", { localIdentity: "web-bluetooth:other" })]);
    assert.equal((await tab.settings.get()).profileId, "fresh");
  });

  test("that cannot be written are an error, not a profile that is forgotten at once", async () => {
    await using tab = openTab();
    const heal = failWrites("settings");
    await assert.rejects(tab.settings.get(), { failure: { kind: "quota" } });
    heal();
  });
});
