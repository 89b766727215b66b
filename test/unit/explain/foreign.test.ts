import assert from "node:assert/strict";
import { test } from "node:test";
import type { BondVerdict, Stack } from "../../../src/link/foreign/entry.ts";
import { explainForeign } from "../../../src/link/foreign.ts";
import { explain } from "../../../src/ui/explain.ts";
import { stackWords, verdictWords } from "../../../src/ui/explain/foreign.ts";
import { names, SYSTEMS } from "./unions.ts";

const STACKS = names<Stack>({
  att: true,
  hci: true,
  smp: true,
  nimble: true,
  bluedroid: true,
  btstack: true,
  bluez: true,
  "core-bluetooth": true,
  winrt: true,
  "web-bluetooth": true,
});
const VERDICTS = names<BondVerdict>({ keep: true, suspect: true, "if-encrypting": true, none: true });

test("every stack has a name of its own, every verdict a sentence of its own", () => {
  assert.equal(new Set(STACKS.map(stackWords)).size, STACKS.length);
  assert.equal(new Set(VERDICTS.map(verdictWords)).size, VERDICTS.length);
  for (const verdict of VERDICTS) assert.match(verdictWords(verdict), /^\p{Lu}.*\.$/u);
});

test("a pasted code ends in words, on every system", () => {
  for (const text of ["261", "CBErrorDomain Code=14", "org.bluez.Error.AuthenticationFailed", "HCI 0x3E"]) {
    for (const system of SYSTEMS) {
      const [reading] = explainForeign(text);
      assert(reading !== undefined);
      assert.match(explain(reading.failure, system).happened, /\p{L}+ .*\.$/u);
    }
  }
});
