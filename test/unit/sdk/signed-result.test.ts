import assert from "node:assert/strict";
import { createHash, createPublicKey, verify } from "node:crypto";
import { test } from "node:test";
import { fromBase64url, toBase64url } from "../../../src/sdk/base64url.ts";
import {
  claimsOf,
  decodeClaims,
  encodeClaims,
  keyIdOf,
  printSigned,
  readPublicKey,
  readSigned,
  signClaims,
  signedOctets,
} from "../../../src/sdk/signed-result.ts";
import { type Expected, verifyResult } from "../../../src/sdk/verify-result.ts";
import { Installation, RESULT } from "../../support/sdk/installation.ts";

const NOW = 1_800_000_000_000;
const NONCE = "n".repeat(22);
const AUDIENCE = "https://consumer.example";

async function installation() {
  const keeper = await Installation.create();
  const addressee = keeper.addressee({ nonce: NONCE, issued: NOW });
  const { publicKey } = keeper;
  const expected: Expected = { publicKey, audience: AUDIENCE, nonce: NONCE, now: NOW + 1000 };
  return { pair: { privateKey: keeper.privateKey }, publicKey, addressee, expected };
}

test("a signed result is believed by the page that asked for it", async () => {
  const { pair, addressee, expected } = await installation();
  const link = await signClaims(claimsOf(RESULT, addressee), pair.privateKey);
  const claims = await verifyResult(link, expected);
  assert.equal(claims.code, 0);
  assert.equal(claims.device, "Front door");
  assert.equal(claims.audience, AUDIENCE);
});

test("a result in a link holds neither the steps nor the inner failure", async () => {
  const { addressee } = await installation();
  const text = new TextDecoder().decode(encodeClaims(claimsOf(RESULT, addressee)));
  assert.ok(!text.includes("internal words") && !text.includes("steps"));
});

test("another implementation of ECDSA finds the signature good", async () => {
  const { pair, publicKey, addressee } = await installation();
  const parts = readSigned(await signClaims(claimsOf(RESULT, addressee), pair.privateKey));
  const point = fromBase64url(publicKey);
  assert.ok(parts && point);
  const key = createPublicKey({
    format: "jwk",
    key: {
      kty: "EC",
      crv: "P-256",
      x: toBase64url(point.subarray(1, 33)),
      y: toBase64url(point.subarray(33)),
    },
  });
  const how = { key, dsaEncoding: "ieee-p1363" } as const;
  assert.ok(verify("sha256", signedOctets(parts.payload), how, parts.signature));
  assert.equal(
    await keyIdOf(publicKey),
    createHash("sha256").update(point).digest().subarray(0, 16).toString("base64url"),
  );
});

const refusals: readonly [string, string, (expected: Expected) => Partial<Expected>][] = [
  ["for another origin", "other-audience", () => ({ audience: "https://consumer.example.evil.example" })],
  ["for another question", "other-nonce", () => ({ nonce: "m".repeat(22) })],
  ["that is too old", "expired", () => ({ now: NOW + 60_000 + 30_001 })],
  ["from the future", "not-yet-valid", () => ({ now: NOW - 30_001 })],
];
for (const [which, refusal, change] of refusals) {
  test(`a result ${which} is refused as ${refusal}`, async () => {
    const { pair, addressee, expected } = await installation();
    const link = await signClaims(claimsOf(RESULT, addressee), pair.privateKey);
    const asked = { ...expected, ...change(expected) };
    await assert.rejects(verifyResult(link, asked), { name: "ResultRefused", refusal });
  });
}

test("a result of another installation is refused", async () => {
  const [mine, theirs] = await Promise.all([installation(), installation()]);
  const link = await signClaims(claimsOf(RESULT, mine.addressee), theirs.pair.privateKey);
  await assert.rejects(verifyResult(link, mine.expected), { refusal: "wrong-signature" });
});

test("a key id that is not this key's is refused, though the signature is good", async () => {
  const { pair, addressee, expected } = await installation();
  const claims = claimsOf(RESULT, { ...addressee, keyId: "A".repeat(22) });
  await assert.rejects(verifyResult(await signClaims(claims, pair.privateKey), expected), {
    refusal: "wrong-signature",
  });
});

test("every changed octet of payload and signature is noticed", async () => {
  const { pair, addressee, expected } = await installation();
  const parts = readSigned(await signClaims(claimsOf(RESULT, addressee), pair.privateKey));
  assert.ok(parts);
  for (const which of ["payload", "signature"] as const) {
    for (let at = 0; at < parts[which].length; at += 7) {
      const octets = parts[which].slice();
      octets[at] = (octets[at] ?? 0) ^ 1;
      const forged = printSigned({ ...parts, [which]: octets });
      await assert.rejects(verifyResult(forged, expected), { refusal: "wrong-signature" });
    }
  }
});

test("a lifetime longer than any link's, or a negative one, is refused", async () => {
  const { pair, addressee, expected } = await installation();
  for (const expires of [NOW + 600_001, NOW - 1]) {
    const link = await signClaims(claimsOf(RESULT, { ...addressee, expires }), pair.privateKey);
    await assert.rejects(verifyResult(link, expected), { refusal: "not-yet-valid" });
  }
});

test("what is no signed result at all is malformed, whatever its length", async () => {
  const { expected } = await installation();
  for (const link of ["", ".", "a.b", "A".repeat(5000), "e30.", `e30.${"A".repeat(86)}.x`, "e30=.e30="])
    await assert.rejects(verifyResult(link, expected), { refusal: "malformed" }, link.slice(0, 20));
});

test("claims of another version are malformed, although signed by the right key", async () => {
  const { pair, addressee, expected } = await installation();
  const future = { ...claimsOf(RESULT, addressee), v: 2 };
  const payload = new TextEncoder().encode(JSON.stringify(future));
  const signature = new Uint8Array(
    await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, pair.privateKey, signedOctets(payload)),
  );
  await assert.rejects(verifyResult(printSigned({ payload, signature }), expected), {
    refusal: "malformed",
  });
});

test("a public key that is no point is refused before anything else", async () => {
  const { publicKey } = await installation();
  for (const key of ["", "x", publicKey.slice(1), `B${"A".repeat(86)}`, `${publicKey}A`])
    await assert.rejects(readPublicKey(key), { name: "Misfit" });
});

test("the private key cannot be taken out of the browser", async () => {
  const { pair } = await installation();
  await assert.rejects(crypto.subtle.exportKey("jwk", pair.privateKey));
});

test("claims with a code that does not exist are refused", async () => {
  const { addressee } = await installation();
  const octets = encodeClaims(claimsOf(RESULT, addressee));
  const text = new TextDecoder().decode(octets).replace('"code":0', '"code":70');
  assert.throws(() => decodeClaims(new TextEncoder().encode(text)), { name: "Misfit" });
  assert.throws(() => decodeClaims(Uint8Array.of(0xff)), { name: "Misfit" });
});

test("base64url has one text for each value", () => {
  assert.deepEqual(fromBase64url("AA"), Uint8Array.of(0));
  for (const text of ["AB", "A", "AA==", "A+", "A/", "ä"]) assert.equal(fromBase64url(text), undefined, text);
  for (let length = 0; length < 70; length++) {
    const octets = Uint8Array.from({ length }, (_, i) => (i * 71 + length) & 0xff);
    assert.equal(toBase64url(octets), Buffer.from(octets).toString("base64url"));
    assert.deepEqual(fromBase64url(toBase64url(octets)), octets);
  }
});
