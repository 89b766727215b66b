/** The table "HCI status or reason, and what it says about the bond", and the rules that count. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { BondWatch } from "../../../hci/device/bond-watch.ts";
import type { BondMark } from "../../../hci/device/verdict.ts";
import { verdictOf } from "../../../hci/device/verdict.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { CODES } from "../../support/bond-codes.ts";
import { PERIPHERAL_ADDRESS as PEER } from "../../support/smp/side.ts";

for (const { code, before, encrypting, encrypted } of CODES) {
  test(`0x${code.toString(16).padStart(2, "0")}: ${before} before, ${encrypting} as the end of encryption, ${encrypted} after`, () => {
    assert.equal(verdictOf(code, "before").bond, before);
    assert.equal(verdictOf(code, "encrypting").bond, encrypting);
    assert.equal(verdictOf(code, "encrypted").bond, encrypted);
  });
}

test("every other code says nothing, and is reported", () => {
  const known = new Set(CODES.map(({ code }) => code));
  for (let code = 0; code < 256; code++) {
    if (known.has(code)) continue;
    for (const moment of ["before", "encrypting", "encrypted"] as const)
      assert.deepEqual(verdictOf(code, moment), { code, bond: "none", next: "report" });
  }
});

test("who is suspect is asked for, and only a person is asked", () => {
  for (const { code } of CODES) {
    for (const moment of ["before", "encrypting", "encrypted"] as const) {
      const { bond, next } = verdictOf(code, moment);
      assert.equal(bond === "suspect", next === "ask");
    }
  }
});

/** The marks that a peer gets for hanging up `times` times, each `ms` after an encryption request. */
async function hangUps(times: number, ms: number, between?: (watch: BondWatch) => void): Promise<BondMark[]> {
  const clock = new ManualClock();
  const watch = new BondWatch(clock);
  const marks: BondMark[] = [];
  for (let i = 0; i < times; i++) {
    watch.encryptionAsked(PEER);
    await clock.advance(ms);
    marks.push(watch.judge(PEER, 0x13, "encrypting").bond);
    between?.(watch);
  }
  return marks;
}

test("0x13 within 2 s of an encryption request is suspect the third time", async () => {
  assert.deepEqual(await hangUps(4, 2000), ["keep", "keep", "suspect", "suspect"]);
});

test("0x13 later than that is never suspect", async () => {
  assert.deepEqual(await hangUps(5, 2001), ["keep", "keep", "keep", "keep", "keep"]);
});

test("a peer whose key worked meanwhile starts from nothing", async () => {
  const marks = await hangUps(5, 100, (watch) => watch.proven(PEER));
  assert.deepEqual(marks, ["keep", "keep", "keep", "keep", "keep"]);
});

test("0x3d on a link that worked is kept once and suspect the second time, proofs or not", () => {
  const watch = new BondWatch(new ManualClock());
  assert.equal(watch.judge(PEER, 0x3d, "encrypted").bond, "keep");
  watch.proven(PEER);
  assert.equal(watch.judge(PEER, 0x3d, "encrypted").bond, "suspect");
  watch.forget(PEER);
  assert.equal(watch.judge(PEER, 0x3d, "encrypted").bond, "keep");
});

test("peers are counted one by one", () => {
  const watch = new BondWatch(new ManualClock());
  const other = { ...PEER, type: "public" } as const;
  assert.equal(watch.judge(PEER, 0x3d, "encrypted").bond, "keep");
  assert.equal(watch.judge(other, 0x3d, "encrypted").bond, "keep");
});
