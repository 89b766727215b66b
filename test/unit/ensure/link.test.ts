import assert from "node:assert/strict";
import { test } from "node:test";
import { askerOf, MAX_ENSURE_LINK, parseEnsureLink } from "../../../src/state/ensure/link.ts";
import { findBond } from "../../../src/state/ensure/target.ts";
import { parseRoute } from "../../../src/state/router.ts";
import { record } from "../state/world.ts";

const NONCE = "AAECAwQFBgcICQoLDA0ODw";

test("a whole link is read, and the return address is what a browser would print", () => {
  const link = `device=bond-1&mode=check&level=authenticated&nonce=${NONCE}&return=${encodeURIComponent("https://App.example/a b?x=1")}`;
  const parsed = parseEnsureLink(link);
  assert(parsed.kind === "request");
  assert.deepEqual(parsed.request, {
    device: "bond-1",
    mode: "check",
    level: "authenticated",
    returnTo: "https://app.example/a%20b?x=1",
    nonce: NONCE,
    client: null,
  });
  assert.equal(askerOf(parsed.request), "https://app.example");
});

test("without a mode a link means ensure, and without a level the record's own", () => {
  const parsed = parseEnsureLink("device=bond-1");
  assert(parsed.kind === "request");
  assert.deepEqual([parsed.request.mode, parsed.request.level], ["ensure", null]);
  assert.equal(askerOf(parsed.request), null);
});

const REFUSED: readonly (readonly [string, string])[] = [
  ["", "missing device"],
  ["device=", "missing device"],
  [`device=${"x".repeat(301)}`, "wrong device"],
  ["device=a%00b", "wrong device"],
  ["device=a&mode=forget", "wrong mode"],
  ["device=a&mode=__proto__", "wrong mode"],
  ["device=a&level=none", "wrong level"],
  ["device=a&level=", "wrong level"],
  ["device=a&device=b", "twice device"],
  ["device=a&mode=check&mode=repair", "twice mode"],
  ["device=a&adapter=usb", "unknown adapter"],
  ["device=a&__proto__=1", "unknown __proto__"],
  ["device=a&minimumLevel=encrypted", "unknown minimumLevel"],
  ["device=%E0%A4%A", "malformed"],
  [`device=${"%41".repeat(MAX_ENSURE_LINK)}`, "too-long"],
  ["device=a&return=https%3A%2F%2Fapp.example%2F", "missing nonce"],
  ["device=a&nonce=short", "wrong nonce"],
  ...["http://app.example/", "javascript:alert(1)", "https://me:secret@app.example/", "data:text/html,x"].map(
    (address) => [`device=a&nonce=${NONCE}&return=${encodeURIComponent(address)}`, "wrong return"] as const,
  ),
  [`device=a&nonce=${NONCE}&return=${encodeURIComponent("https://app.example/#")}`, "wrong return"],
  [`device=a&nonce=${NONCE}&return=${encodeURIComponent("https://app.example/#x")}`, "wrong return"],
  ["device=a&client=https%3A%2F%2Fapp.example%2F", "wrong client"],
  ["device=a&client=null", "wrong client"],
];

for (const [link, problem] of REFUSED) {
  test(`a link is refused: ${link.slice(0, 60)}`, () => {
    const parsed = parseEnsureLink(link);
    assert(parsed.kind === "refused");
    const { kind } = parsed.problem;
    assert.equal("name" in parsed.problem ? `${kind} ${parsed.problem.name}` : kind, problem);
  });
}

test("this machine may be returned to without https", () => {
  const parsed = parseEnsureLink(`device=a&nonce=${NONCE}&return=http%3A%2F%2F127.0.0.1%3A80%2Fx`);
  assert(parsed.kind === "request");
  assert.equal(parsed.request.returnTo, "http://127.0.0.1/x");
});

test("both forms of the link lead to the screen, and a secret in either to the refusal", () => {
  for (const hash of ["#/ensure?device=a&mode=check", "#device=a&mode=check"])
    assert.deepEqual(parseRoute(hash), { screen: "ensure", link: "device=a&mode=check" });
  for (const hash of [
    "#device=a&pin=123456",
    "#/ensure?device=a&Passkey=123456",
    "#device=a&return=https%3A%2F%2Fx.example%2F%3Foob%3D00",
  ])
    assert.deepEqual(parseRoute(hash), { screen: "refused-link" });
});

test("a device is meant by its id, then its address, then a name that only one has", () => {
  const records = [
    record("a", { name: "Lock", platformId: "AA:BB:CC:DD:EE:01" }),
    record("b", { name: "Lock", label: "Back door" }),
    record("c", { name: "Gone", archived: { at: "2026-01-01T00:00:00.000Z", why: "removed" } }),
    record("d", { name: "Radio", transport: "dongle" }),
  ];
  const found = (device: string) => {
    const answer = findBond(records, device, "web-bluetooth");
    return answer.kind === "one" ? answer.record.id : answer.kind;
  };
  assert.equal(found("b"), "b");
  assert.equal(found("aa:bb:cc:dd:ee:01"), "a");
  assert.equal(found("Back door"), "b");
  assert.equal(found("Lock"), "several");
  assert.equal(found("Gone"), "none");
  assert.equal(found("c"), "none");
  // By name only what this way to Bluetooth can reach; by its id the procedure says what is wrong.
  assert.equal(found("Radio"), "none");
  assert.equal(found("d"), "d");
});
