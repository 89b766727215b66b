import assert from "node:assert/strict";
import { test } from "node:test";
import { fromHex, toHex } from "../../../hci/codec/bytes.ts";
import { aesCmac, c1, f4, f5, f6, g2, maskKey, passkeyOctets, s1 } from "../../../hci/smp/crypto.ts";
import { nodeCrypto as aes, p256 } from "../../support/crypto.ts";
import { address } from "../../support/vectors.ts";
import vectors from "../../vectors/crypto.json" with { type: "json" };

type Values = Readonly<Record<string, string>>;

/** The octets of one named value; a misspelt name fails here and not as an empty value. */
function value(from: Values, name: string): Uint8Array {
  const text = from[name];
  assert(text !== undefined, `no vector ${name}`);
  return fromHex(text);
}

function typedAddress(from: Values, name: string): ReturnType<typeof address> {
  const text = from[name] ?? "";
  return address(Number(text.slice(0, 2)), text.slice(2));
}

for (const { m, tag } of vectors.aes_cmac_rfc4493.cases) {
  test(`AES-CMAC of ${m.length / 2} octets matches RFC 4493 section 4`, () => {
    assert.equal(toHex(aesCmac(aes, fromHex(vectors.aes_cmac_rfc4493.key), fromHex(m))), tag);
  });
}

test("AES of a zero block matches RFC 4493 section 4", () => {
  const { key, aes_k_0 } = vectors.aes_cmac_rfc4493;
  assert.equal(toHex(aes.encrypt(fromHex(key), new Uint8Array(16))), aes_k_0);
});

test("c1 matches Vol 3 Part H 2.2.3", () => {
  const { k, r, preq, pres, iat, rat, ia, ra, out } = vectors.c1;
  const confirm = c1(
    aes,
    fromHex(k),
    fromHex(r),
    fromHex(preq),
    fromHex(pres),
    address(iat, ia),
    address(rat, ra),
  );
  assert.equal(toHex(confirm), out);
});

test("s1 matches Vol 3 Part H 2.2.4", () => {
  const { s1: v } = vectors;
  assert.equal(toHex(s1(aes, value(v, "k"), value(v, "r1"), value(v, "r2"))), v.out);
});

test("A passkey with leading zeros becomes a TK as in Vol 3 Part H 2.3.5.3", () => {
  const { passkey, TK } = vectors.tk_passkey;
  assert.equal(toHex(passkeyOctets(Number(passkey))), TK);
});

test("A key of 7 octets is masked as in Vol 3 Part H 2.3.4, one of 16 stays", () => {
  const { full, size7 } = vectors.key_masking;
  assert.equal(toHex(maskKey(fromHex(full), 7)), size7);
  assert.equal(toHex(maskKey(fromHex(full), 16)), full);
});

test("f4 matches Vol 3 Part H D.2", () => {
  const { f4: v } = vectors;
  assert.equal(toHex(f4(aes, value(v, "U"), value(v, "V"), value(v, "X"), 0)), v.out);
});

test("f5 matches Vol 3 Part H D.3", () => {
  const { f5: v } = vectors;
  const { macKey, ltk } = f5(
    aes,
    value(v, "W_dhkey"),
    value(v, "N1"),
    value(v, "N2"),
    typedAddress(v, "A1"),
    typedAddress(v, "A2"),
  );
  assert.equal(toHex(macKey), v.MacKey);
  assert.equal(toHex(ltk), v.LTK);
});

test("f6 matches Vol 3 Part H D.4", () => {
  const { f6: v } = vectors;
  const check = f6(
    aes,
    value(v, "W"),
    value(v, "N1"),
    value(v, "N2"),
    value(v, "R"),
    value(v, "IOcap"),
    typedAddress(v, "A1"),
    typedAddress(v, "A2"),
  );
  assert.equal(toHex(check), v.out);
});

test("g2 matches Vol 3 Part H D.5", () => {
  const { g2: v } = vectors;
  const compared = g2(aes, value(v, "U"), value(v, "V"), value(v, "X"), value(v, "Y"));
  assert.equal(compared.toString(16), v.out_u32);
  assert.equal(String(compared % 1_000_000).padStart(6, "0"), v.display);
});

test("AES-CMAC gives the values of h6 and h7 in D.6 and D.8, which the product itself has no use for", () => {
  const { h6, h7 } = vectors;
  assert.equal(toHex(aesCmac(aes, value(h6, "W"), value(h6, "keyID"))), h6["out"]);
  assert.equal(toHex(aesCmac(aes, value(h7, "SALT"), value(h7, "W"))), h7["out"]);
});

test("P-256 gives both data sets of Vol 2 Part G 7.1.2", async () => {
  const sets = [
    { a: vectors.p256.A_debug, b: vectors.p256.B, dhkey: vectors.p256.dhkey },
    { a: vectors.p256_set2.A, b: vectors.p256_set2.B, dhkey: vectors.p256_set2.dhkey },
  ];
  for (const { a, b, dhkey } of sets) {
    const pair = p256(fromHex(a.priv));
    assert.equal(toHex(pair.x), a.x);
    assert.equal(toHex(pair.y), a.y);
    assert.equal(toHex(await pair.dhKey(fromHex(b.x), fromHex(b.y))), dhkey);
    assert.equal(toHex(await p256(fromHex(b.priv)).dhKey(pair.x, pair.y)), dhkey);
  }
});
