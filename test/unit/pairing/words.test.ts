/** What a person reads in each method (A8): the texts are held by a snapshot, and must not be mistaken for each other. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { AssociationModel, PairingTerms } from "../../../src/link/pairing.ts";
import type { PairingAsk, PairingRequest } from "../../../src/state/pairing-requests.ts";
import { questionWords, termsFacts } from "../../../src/ui/pairing/words.ts";

const terms = (method: AssociationModel, secureConnections = true): PairingTerms => ({
  role: "initiator",
  method,
  secureConnections,
  keySize: 16,
  bonding: true,
  keypress: false,
  peer: {
    bonding: true,
    mitm: method !== "just-works",
    secureConnections,
    keypress: false,
    ioCapability: "KeyboardDisplay",
    oobData: method === "oob",
    maxKeySize: 16,
    keys: ["idKey"],
  },
});

const request = (ask: PairingAsk, more: Partial<PairingRequest> = {}): PairingRequest => ({
  id: "1",
  peerId: "C0:11:22:33:44:55",
  name: "Lock",
  bondId: null,
  terms: null,
  replaces: false,
  askedAt: 0,
  expiresAt: 30_000,
  ask,
  ...more,
});

const asked = { bonding: true, mitm: true, secureConnections: true, keypress: false };
const accept = (replaces: boolean, proven: boolean, what: PairingTerms | null): PairingRequest =>
  request(
    { kind: "accept", proposal: { kind: "pairing", asked, replaces, proven, terms: what } },
    { replaces, terms: what },
  );

const QUESTIONS: Readonly<Record<string, PairingRequest>> = {
  "type there": request({ kind: "display", digits: "012345", typed: null }),
  "type here": request({ kind: "enter" }),
  compare: request({ kind: "compare", digits: "012345" }),
  "just works": request({ kind: "agree", terms: terms("just-works") }),
  "out of band": request({ kind: "agree", terms: terms("oob") }),
  "legacy, no code": request({ kind: "agree", terms: terms("just-works", false) }),
  "legacy, passkey": request({ kind: "agree", terms: terms("passkey", false) }),
  "the device asks": accept(false, false, null),
  "the device asks, just works": accept(false, false, terms("just-works")),
  "the device asks, legacy": accept(false, false, terms("passkey", false)),
  repair: accept(true, false, null),
  "repair, just works": accept(true, false, terms("just-works")),
  "anew with the key": accept(true, true, null),
};

for (const [name, question] of Object.entries(QUESTIONS)) {
  test(`The words of "${name}" are as they were`, (t) => {
    t.assert.snapshot(questionWords(question));
  });
}

const sentence = (name: string): string => {
  const question = QUESTIONS[name];
  assert(question !== undefined);
  const { method, title, body, yes, no } = questionWords(question);
  return [method, title, ...body, yes ?? "", no].join(" ");
};

test("A8 no two methods have the same title or the same name", () => {
  const methods = [
    "type there",
    "type here",
    "compare",
    "just works",
    "out of band",
    "legacy, passkey",
    "repair",
  ];
  const words = methods.map((name) => questionWords(QUESTIONS[name] ?? assert.fail(name)));
  assert.equal(new Set(words.map(({ title }) => title)).size, methods.length);
  assert.equal(new Set(words.map(({ method }) => method)).size, methods.length);
});

test("A8 only what is typed is said to be typed: a comparison says that there is nothing to type", () => {
  assert.match(sentence("compare"), /nothing to type/);
  assert.match(sentence("type there"), /On the device itself, and nowhere else/);
  assert.doesNotMatch(sentence("type here"), /[Cc]ompare/);
});

test("B5 a repair names both causes, and that the old bond is kept", () => {
  for (const name of ["repair", "repair, just works"]) {
    assert.match(sentence(name), /Either it was reset, or something imitates it/);
    assert.match(sentence(name), /old bond is kept until the new one is proven/);
  }
});

test("A legacy pairing says that a listener finds the keys, whatever its method", () => {
  for (const name of ["legacy, no code", "legacy, passkey", "the device asks, legacy"])
    assert.match(sentence(name), /Whoever listens to it now can find the keys/);
  assert.match(sentence("legacy, passkey"), /does not keep a listener out/);
});

test("Just Works says that nobody can be kept from the middle, also where the device asks", () => {
  for (const name of ["just works", "the device asks, just works", "repair, just works"])
    assert.match(sentence(name), /If somebody stands between you and the device now, nobody can tell/);
});

test("The words for both sides' offers never hold digits of a code", () => {
  const facts = termsFacts(terms("passkey", false));
  assert.deepEqual(
    facts.map(([word]) => word),
    ["Method", "Kind", "Key", "The device has", "The device wants"],
  );
  assert.match(facts.flat().join(" "), /Legacy: a listener can find the keys/);
});
