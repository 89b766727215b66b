import assert from "node:assert/strict";
import { test } from "node:test";
import { DONGLE_LIMITS } from "../../../src/link/backend.ts";
import type { App } from "../../../src/state/app.ts";
import { ExplainError, MAX_ASKED } from "../../../src/state/explain-error.ts";
import { Preferences } from "../../../src/state/preferences.ts";
import { explainForeign } from "../../../src/link/foreign.ts";
import { record, world } from "./world.ts";

const HEALTH = { persistence: "best-effort", usage: 1, quota: 2 } as const;
const port = (asked: "persistent" | "best-effort") => ({
  look: async () => HEALTH,
  ask: async () => ({ ...HEALTH, persistence: asked }),
});

const shown = (app: App) => app.notices.notice.value;

test("a message goes by itself; one with an undo stays until it is used", async () => {
  const { app, page } = await world();
  app.notices.done("Stored");
  await page.clock.advance(8_000);
  assert.equal(shown(app), null);
  let undone = 0;
  app.notices.done("Forgotten", () => undone++);
  await page.clock.advance(3_600_000);
  assert.equal(shown(app)?.text, "Forgotten");
  app.notices.undo();
  assert.equal(undone, 1);
  assert.equal(shown(app), null);
  app.notices.undo();
  assert.equal(undone, 1);
});

test("an old message's time does not take a new one away", async () => {
  const { app, page } = await world();
  app.notices.done("one");
  await page.clock.advance(7_000);
  app.notices.done("two");
  await page.clock.advance(7_000);
  assert.equal(app.notices.notice.value?.text, "two");
});

test("the same words twice are spoken twice", async () => {
  const { app } = await world();
  const heard: string[] = [];
  app.notices.spoken.watch(() => heard.push(app.notices.spoken.value));
  app.notices.say("Connecting");
  app.notices.say("Connecting");
  assert.equal(heard.length, 2);
});

test("theme, days and seconds are stored; a number out of its limits is not", async () => {
  const { app, stores } = await world();
  const preferences = new Preferences(app, port("persistent"));
  await preferences.start();
  const usual = { kind: "ready", theme: "system", cacheDays: 30, connectSeconds: 10 };
  assert.deepEqual(preferences.view.value, usual);
  assert.equal(1_000 * usual.connectSeconds, DONGLE_LIMITS.connect, "as it is where nobody says it");
  await preferences.setTheme("dark");
  for (const text of ["", "0", "366", "1.5", "-1", "1e2", "abc", "99999"]) {
    assert.equal(await preferences.setCacheDays(text), false, text);
  }
  assert.equal(await preferences.setCacheDays(" 7 "), true);
  for (const text of ["", "4", "121", "7.5", "-5", "1e1", "ten"]) {
    assert.equal(await preferences.setConnectSeconds(text), false, text);
  }
  assert.equal(await preferences.setConnectSeconds(" 45 "), true);
  const { theme, cacheDays, connectSeconds } = await stores.settings.get();
  assert.deepEqual([theme, cacheDays, connectSeconds], ["dark", 7, 45]);
  assert.deepEqual(preferences.view.value, { kind: "ready", theme, cacheDays, connectSeconds });
});

test("settings that cannot be read are an error, not the defaults", async () => {
  const { app, stores } = await world();
  stores.failAll({ kind: "terminated" });
  const preferences = new Preferences(app, port("persistent"));
  await preferences.start();
  assert.deepEqual(preferences.view.value, { kind: "unreadable", failure: { kind: "terminated" } });
});

test("the browser's answer about keeping the data is shown as it was given", async () => {
  const { app } = await world();
  const granted = new Preferences(app, port("persistent"));
  await granted.askPersistence();
  assert.equal(granted.health.value?.persistence, "persistent");
  const refused = new Preferences(app, port("best-effort"));
  await refused.askPersistence();
  assert.equal(refused.health.value?.persistence, "best-effort");
  assert.equal(app.notices.notice.value?.tone, "problem");
});

test("clearing the tables says how many there were, and says when it failed", async () => {
  const { app, stores } = await world([record("a")]);
  const preferences = new Preferences(app, port("persistent"));
  await preferences.clearTables();
  assert.match(app.notices.notice.value?.text ?? "", /^0 attribute tables/);
  stores.failNext("gatt.clearAll", { kind: "terminated" });
  await preferences.clearTables();
  assert.match(app.notices.notice.value?.text ?? "", /Nothing was cleared/);
});

test("a pasted error gets its readings; nothing known and nothing asked are different", async () => {
  const { app } = await world();
  const explain = new ExplainError(app, async () => explainForeign);
  const answers = () => explain.view.value.answers;
  assert.equal(answers(), null);
  await explain.ask("NimBLE status 261");
  assert.equal(answers()?.[0]?.failure.kind, "access-refused");
  await explain.ask("the weather is fine");
  assert.deepEqual(answers(), []);
  await explain.ask("   ");
  assert.equal(answers(), null);
  await explain.ask("x".repeat(100_000));
  assert.equal(explain.view.value.text.length, MAX_ASKED);
});

test("a number is read as that of the stack the person names", async () => {
  const { app } = await world();
  const explain = new ExplainError(app, async () => explainForeign);
  await explain.ask("0x3d");
  const bare = explain.view.value.answers?.map(({ stack }) => stack) ?? [];
  assert(bare.includes("hci"));
  await explain.from("winrt");
  assert.equal(explain.view.value.hint, "winrt");
  await explain.ask("1");
  assert.equal(explain.view.value.answers?.[0]?.stack, "winrt");
});
