/** What is said about a code that is none: each problem in words of its own. The compiler proves the lists complete. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { NdefFault } from "../../../src/formats/ndef.ts";
import type { HandoverFault } from "../../../src/formats/oob-ndef.ts";
import type { OobRefusal } from "../../../src/state/oob.ts";
import { oobRefusalWords } from "../../../src/ui/pairing/oob-words.ts";
import { names } from "../explain/unions.ts";

type Of<Union extends { readonly kind: string }> = {
  readonly [K in Union["kind"]]: readonly Extract<Union, { readonly kind: K }>[];
};

const FAULTS: Of<NdefFault> = {
  "cut-off": [{ kind: "cut-off", record: 2 }],
  chunked: [{ kind: "chunked", record: 2 }],
  begin: [
    { kind: "begin", record: 1 },
    { kind: "begin", record: 2 },
  ],
  type: [{ kind: "type", record: 2 }],
  "no-end": [{ kind: "no-end" }],
  "after-end": [
    { kind: "after-end", octets: 1 },
    { kind: "after-end", octets: 7 },
  ],
  "too-many": [{ kind: "too-many", most: 32 }],
};

const HANDOVER = names<HandoverFault>({
  twice: true,
  version: true,
  carrier: true,
  lost: true,
  ambiguous: true,
});

const REFUSALS: Of<OobRefusal> = {
  empty: [{ kind: "empty" }],
  "too-long": [{ kind: "too-long", most: 3000 }],
  "not-hex": [{ kind: "not-hex" }],
  "half-an-octet": [{ kind: "half-an-octet" }],
  "cut-off": [{ kind: "cut-off" }],
  length: [{ kind: "length", item: "random", octets: 15, expected: 16 }],
  twice: [{ kind: "twice", item: "address" }],
  missing: [
    { kind: "missing", values: ["random"], oldKey: false },
    { kind: "missing", values: ["confirmation", "random"], oldKey: false },
    { kind: "missing", values: ["confirmation", "random"], oldKey: true },
  ],
  "central-only": [{ kind: "central-only" }],
  "other-device": [{ kind: "other-device", peerId: "public-010203040506" }],
  ndef: Object.values(FAULTS)
    .flat()
    .flatMap((fault) => [true, false].map((inside) => ({ kind: "ndef" as const, inside, fault }))),
  handover: HANDOVER.map((fault) => ({ kind: "handover", fault })),
  "no-code": [
    { kind: "no-code", handover: false, classic: false },
    { kind: "no-code", handover: true, classic: false },
    { kind: "no-code", handover: false, classic: true },
  ],
  "several-codes": [{ kind: "several-codes" }],
};

test("Each problem of a code has words of its own, in whole sentences", () => {
  const all = Object.values(REFUSALS)
    .flat()
    .map((refusal) => oobRefusalWords(refusal, "01:02:03:04:05:06"));
  assert.equal(new Set(all).size, all.length);
  for (const words of all) assert.match(words, /^[A-Z][^]*\.$/);
  assert.match(
    oobRefusalWords({ kind: "ndef", inside: true, fault: { kind: "chunked", record: 2 } }, ""),
    /but in its Handover Select record, record 2 is in pieces \(chunked\)/,
  );
});
