/** The port for pages, on Node's WebCrypto: the specification's key pairs, and agreement with OpenSSL. */
import assert from "node:assert/strict";
import { createECDH } from "node:crypto";
import { describe, test } from "node:test";
import { concat, toHex } from "../../../hci/codec/bytes.ts";
import { webCrypto } from "../../../src/crypto/web-crypto.ts";

describe("the cryptography of a page", () => {
  const crypto = webCrypto();

  test("comes to the same secret as OpenSSL on the other side", async () => {
    const ours = await crypto.generateP256();
    assert.deepEqual([ours.x.length, ours.y.length], [32, 32]);
    const other = createECDH("prime256v1");
    const point = other.generateKeys();
    const secret = await ours.dhKey(point.subarray(1, 33), point.subarray(33));
    assert.equal(toHex(secret), other.computeSecret(concat([4], ours.x, ours.y)).toString("hex"));
  });

  test("gives another key pair each time", async () => {
    const [one, two] = [await crypto.generateP256(), await crypto.generateP256()];
    assert.notDeepEqual(one.x, two.x);
  });

  test("rejects a point that is not on the curve", async () => {
    const pair = await crypto.generateP256();
    await assert.rejects(
      pair.dhKey(
        pair.x,
        pair.y.map((octet, i) => (i === 31 ? octet ^ 1 : octet)),
      ),
    );
    await assert.rejects(pair.dhKey(new Uint8Array(32), new Uint8Array(32)));
  });

  test("draws as many random octets as asked", () => {
    assert.equal(crypto.random(16).length, 16);
    assert.notDeepEqual(crypto.random(16), crypto.random(16));
  });
});
