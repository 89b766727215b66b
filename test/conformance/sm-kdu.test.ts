/** SM.TS, invalid public keys in both roles, from Core 6.0 on: rounds 1 to 5, and the time between retries. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fromHex } from "../../hci/codec/bytes.ts";
import { FixedCrypto } from "../support/crypto.ts";
import { Duo } from "../support/smp/duo.ts";
import { Scripted } from "../support/smp/scripted.ts";
import negative from "../vectors/negative.json" with { type: "json" };

const ROUNDS = [
  [1, "y-zero"],
  [2, "y-zero"],
  [3, "y-bit-flip"],
  [4, "zero-point"],
  [5, "same-x-negated-y"],
] as const;

for (const [id, role] of [
  ["SM/CEN/KDU/BI-04-C", "central"],
  ["SM/PER/KDU/BI-04-C", "peripheral"],
] as const) {
  for (const [round, key] of ROUNDS) {
    test(`${id} round ${round}: ${key} is answered with 0x0B at once, and no secret is computed`, async () => {
      const vector = negative.public_keys.find((one) => one.id === key);
      assert(vector !== undefined);
      const privateKeys = vector.own_priv === undefined ? [] : [fromHex(vector.own_priv)];
      const scripted = new Scripted(role, { crypto: new FixedCrypto({ privateKeys }) });
      if (role === "central") scripted.side.manager.pair().catch(() => {});
      await scripted.receive(role === "central" ? "02030009100303" : "01030009100303");
      await scripted.receive(vector.pdu_wire);
      assert.equal(scripted.last, "050b");
      assert.equal(scripted.side.crypto.dhKeys, 0);
      assert.equal(scripted.side.backoff.remaining(scripted.link.peerAddress), 1000);
    });
  }

  test(`${id}: the interval between retries does not decrease`, async () => {
    const us = role === "central" ? "a" : "b";
    let duo = new Duo();
    let last = 0;
    for (let retry = 0; retry < 8; retry++) {
      duo = duo.reconnect();
      duo.channel.tamper = (pdu, from) =>
        from !== us && pdu[0] === 0x0c
          ? [Uint8Array.from(pdu, (octet, i) => (i === 64 ? octet ^ 1 : octet))]
          : [pdu];
      await duo.fail();
      assert.equal(duo.sentBy(us).at(-1), "050b");
      const side = duo[role];
      const wait = side.backoff.remaining(side.link.peerAddress);
      assert(wait >= last && wait >= 1000, `${wait} after ${last}`);
      last = wait;
      await duo.clock.advance(wait);
    }
    assert.equal(last, 32_000);
  });
}
