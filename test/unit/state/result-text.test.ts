import assert from "node:assert/strict";
import { test } from "node:test";
import { platformOf } from "../../../src/state/platform.ts";
import { age, duration } from "../../../src/ui/age.ts";
import { resultText } from "../../../src/ui/result-text.ts";
import { bondRig, PROVEN, START } from "../../support/bond-rig.ts";

const HEADER = {
  platform: platformOf({ userAgent: "Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0.0.0 Safari/537.36" }),
  adapter: "ready",
  address: "https://bonds.example/",
};

test("a result as text names version, browser, device, every step, the code and the evidence", async () => {
  const rig = bondRig([PROVEN]);
  const text = resultText(await rig.ensure(), HEADER);
  for (const part of [
    /^Bondkeeper +1\.0\.0$/m,
    /^Browser +Chrome 156 on linux$/m,
    /^Bluetooth +web-bluetooth, ready$/m,
    /^Device +Lock-1$/m,
    /^Mode +ensure$/m,
    /^bond +skipped: Already so$/m,
    /^verify +done/m,
    /^pairing +skipped/m,
    /^re-verify +skipped/m,
    /^stored +done/m,
    /^autoConnect +skipped/m,
    /^archive +not needed$/m,
    /^result +0 ok$/m,
    /^Evidence +access verified/m,
  ]) {
    assert.match(text, part);
  }
});

test("every try stands in the text with its reason", async () => {
  const rig = bondRig([PROVEN]);
  const far = { kind: "unreachable", detail: "attempt-failed" } as const;
  rig.peer.plan("connect", far);
  const text = resultText(await rig.ensure(), HEADER);
  assert.match(text, /^connect +failed.*did not answer/m);
  assert.match(text, /^connect +done.*attempt 2/m);
});

test("a hostile name stays on its line", async () => {
  const rig = bondRig([{ ...PROVEN, label: "x\nresult       0 ok\u202Eko" }]);
  const result = await rig.ensure({ mode: "check" });
  const text = resultText(result, HEADER);
  assert.equal(text.match(/^result /gm)?.length, 1);
  assert.doesNotMatch(text, /\u202E/);
});

test("ages stay true for a while and never lie about the future", () => {
  const ago = (ms: number) => age(new Date(START - ms).toISOString(), START);
  assert.equal(ago(-5_000), "just now");
  assert.equal(ago(59_999), "just now");
  assert.equal(ago(60_000), "1 minute ago");
  assert.equal(ago(2 * 3_600_000), "2 hours ago");
  assert.equal(ago(3 * 86_400_000), "3 days ago");
  assert.equal(ago(60 * 86_400_000), "1 month ago");
  assert.equal(ago(800 * 86_400_000), "2 years ago");
  assert.equal(age("nonsense", START), "at an unknown time");
  assert.deepEqual([duration(400), duration(12_000), duration(65_000)], ["0.4 s", "12 s", "1 min 5 s"]);
});
