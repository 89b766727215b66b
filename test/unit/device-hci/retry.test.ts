import assert from "node:assert/strict";
import { test } from "node:test";
import { BondFailedError, WeakBondError } from "../../../hci/device/errors.ts";
import { reachAgain } from "../../../hci/device/reach-again.ts";
import { Retry } from "../../../hci/device/retry.ts";
import type { Stack } from "../../../hci/device/stack.ts";
import { verdictOf } from "../../../hci/device/verdict.ts";
import { HciError } from "../../../hci/host/hci-error.ts";
import { HostClosedError } from "../../../hci/host/host.ts";
import { ManualClock, settle } from "../../support/manual-clock.ts";
import { PERIPHERAL_ADDRESS as PEER } from "../../support/smp/side.ts";

const never = (): number => 0;

test("lost links wait 1, 2, 4 … 60 s, for ever", () => {
  const retry = new Retry(never);
  const waits = Array.from({ length: 9 }, () => retry.after("link"));
  assert.deepEqual(waits, [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
});

test("chance takes at most a quarter of a wait, so that hosts do not come back together", () => {
  const retry = new Retry(() => 0.999);
  const wait = retry.after("link") ?? 0;
  assert.ok(wait > 750 && wait < 760, `${wait} ms`);
});

test("security that failed three times is left to a person", () => {
  const retry = new Retry(never);
  assert.deepEqual(
    [retry.after("security"), retry.after("security"), retry.after("security"), retry.after("security")],
    [1000, 2000, undefined, undefined],
  );
});

test("a link that came up makes the next wait short again; the two kinds are counted apart", () => {
  const retry = new Retry(never);
  retry.after("link");
  retry.after("link");
  assert.equal(retry.after("security"), 1000);
  retry.succeeded();
  assert.equal(retry.after("link"), 1000);
  assert.equal(retry.after("security"), 1000);
});

const failed = (code: number): Error =>
  new BondFailedError(verdictOf(code, "encrypting"), { cause: new HciError(code, "encrypt") });

/** Runs `reachAgain` over attempts that fail one after the other; the last one never ends. */
async function attempt(errors: readonly Error[], ms: number) {
  const clock = new ManualClock();
  const controller = new AbortController();
  const tries: number[] = [];
  const reach: Stack["reach"] = () => {
    const error = errors[tries.length];
    tries.push(clock.now());
    return error === undefined ? new Promise(() => {}) : Promise.reject(error);
  };
  const ended = reachAgain({ reach }, PEER, { clock, random: never, signal: controller.signal }).then(
    () => undefined,
    (error: unknown) => error,
  );
  await clock.advance(ms);
  return { tries, ended, controller, clock };
}

test("a device out of range is tried again after 1, 2 and 4 s", async () => {
  const gone = new HciError(0x3e, "connect");
  const { tries } = await attempt([gone, gone, gone], 60_000);
  assert.deepEqual(tries, [0, 1000, 3000, 7000]);
});

test("a bond in doubt is not tried again: a person decides", async () => {
  const error = failed(0x06);
  const { tries, ended } = await attempt([error], 60_000);
  assert.deepEqual(tries, [0]);
  assert.equal(await ended, error);
});

test("encryption that failed without speaking against the bond is tried three times", async () => {
  const error = failed(0x08);
  const { tries, ended } = await attempt([error, error, error], 60_000);
  assert.deepEqual(tries, [0, 1000, 3000]);
  assert.equal(await ended, error);
});

for (const error of [new WeakBondError(), new HostClosedError("The adapter is gone")]) {
  test(`${error.name} ends the attempts`, async () => {
    const { tries, ended } = await attempt([error], 60_000);
    assert.deepEqual(tries, [0]);
    assert.equal(await ended, error);
  });
}

test("whoever stops waiting waits no longer, and leaves no alarm", async () => {
  const { tries, ended, controller, clock } = await attempt([new HciError(0x3e, "connect")], 500);
  controller.abort(new Error("enough"));
  await settle();
  assert.equal(String(await ended), "Error: enough");
  assert.deepEqual(tries, [0]);
  assert.equal(clock.pending, 0);
});
