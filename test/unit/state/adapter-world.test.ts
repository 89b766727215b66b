import assert from "node:assert/strict";
import { test } from "node:test";
import {
  AdapterQuestions,
  type HeardChoice,
  type HeardChoices,
} from "../../../src/state/adapter/questions.ts";
import { databaseOf, worldChoice } from "../../../src/state/world.ts";
import type { AdapterClaim } from "../../../src/storage/keys/rows.ts";
import { ManualClock } from "../../support/manual-clock.ts";

test("the address decides over what was remembered, and unknown words decide nothing", () => {
  const cases = [
    ["", null, "web-bluetooth"],
    ["", "usb", "usb"],
    ["?adapter=simulator", "usb", "simulator"],
    ["?adapter=telepathy", "usb", "usb"],
    ["?adapter=telepathy", "<script>", "web-bluetooth"],
    ["?demo&adapter=usb", "bridge", "demo"],
  ] as const;
  for (const [search, remembered, choice] of cases)
    assert.equal(worldChoice(search, remembered), choice, search);
});

test("what is invented has a database of its own; real dongles share the one of real devices", () => {
  assert.equal(databaseOf("web-bluetooth"), undefined);
  assert.equal(databaseOf("usb"), undefined);
  assert.equal(databaseOf("bridge"), undefined);
  const invented = [databaseOf("simulator"), databaseOf("demo")];
  assert.equal(new Set(invented).size, 2);
  assert(!invented.includes(undefined));
});

const CLAIM: AdapterClaim = {
  address: "02:5A:10:00:00:01",
  hciVersion: 11,
  hciSubversion: 1,
  lmpVersion: 11,
  lmpSubversion: 1,
  manufacturer: 1,
  features: "0000000000000000",
  usb: null,
};
const MATCH = { id: "a", label: "stick", lastSeenAt: "2026-03-05T07:08:09.123Z", differences: [] };

function questions() {
  const clock = new ManualClock();
  return { clock, asked: new AdapterQuestions("Dongle", (ms, run) => clock.after(ms, run)) };
}

test("an adapter that nobody knows is new and nobody is asked; one that differs waits for a person", async () => {
  const { asked } = questions();
  const { signal } = new AbortController();
  assert.deepEqual(await asked.admit(CLAIM, [], signal), { kind: "new", label: "Dongle" });
  const answer = asked.admit(CLAIM, [MATCH], signal);
  asked.admission.value?.answer({ kind: "same", id: "a" });
  assert.deepEqual(await answer, { kind: "same", id: "a" });
  assert.equal(asked.admission.value, null);
});

test("a question about an adapter that goes away, or that is asked anew, is answered with no", async () => {
  const { asked } = questions();
  const stop = new AbortController();
  const first = asked.admit(CLAIM, [MATCH], stop.signal);
  const second = asked.admit(CLAIM, [MATCH], stop.signal);
  assert.deepEqual(await first, { kind: "refuse" });
  stop.abort();
  assert.deepEqual(await second, { kind: "refuse" });
  assert.equal(asked.admission.value, null);
});

test("the list of devices is shown anew at most four times a second, and closes with its answer", async () => {
  const { asked, clock } = questions();
  const all: HeardChoice[] = [];
  const heard: HeardChoices = { all, onChange: undefined };
  const choice = asked.choose(heard, new AbortController().signal);
  let shown = 0;
  asked.chooser.watch(() => shown++);
  for (let i = 0; i < 100; i++) {
    all.push({ id: `random-${i}`, name: undefined, rssi: -40, bonded: false });
    heard.onChange?.();
  }
  assert.equal(shown, 0);
  await clock.advance(250);
  assert.equal(shown, 1);
  assert.equal(asked.chooser.value?.heard.length, 100);
  asked.chooser.value?.answer("random-7");
  assert.equal(await choice, "random-7");
  assert.equal(asked.chooser.value, null);
  assert.equal(heard.onChange, undefined);
});
