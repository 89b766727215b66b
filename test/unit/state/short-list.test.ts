/** A resolving list that is too short is said on the Adapter screen. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { StackEvent } from "../../../hci/device/events.ts";
import type { SessionState } from "../../../src/link/hci/session.ts";
import { shortListOf } from "../../../src/state/adapter/resolving.ts";
import { shortListWords } from "../../../src/ui/adapter/adapter-words.ts";

const forever = new AbortController().signal;

test("a list that is too short is known until the host starts again, and other events say nothing of it", () => {
  let hear: (event: StackEvent) => void = () => assert.fail("not followed");
  let turn: (state: SessionState) => void = () => assert.fail("not followed");
  const short = shortListOf(
    {
      onEvent: (listener) => {
        hear = listener;
      },
      onState: (listener) => {
        turn = listener;
      },
    },
    forever,
  );
  hear({ kind: "listener-failed", error: new Error("another matter") });
  assert.equal(short.value, null);
  hear({ kind: "resolving-list-full", listed: 8, left: 3 });
  assert.deepEqual(short.value, { listed: 8, left: 3 });
  turn({ kind: "ready" });
  assert.deepEqual(short.value, { listed: 8, left: 3 });
  turn({ kind: "starting" });
  assert.equal(short.value, null);
});

test("the sentence says how many have a place, how many have none, and what that costs", () => {
  assert.match(shortListWords({ listed: 8, left: 3 }), /room for 8 .* 3 others are .* longer/);
  assert.match(shortListWords({ listed: 8, left: 1 }), /1 other is/);
});
