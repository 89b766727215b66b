import assert from "node:assert/strict";
import { test } from "node:test";
import { concat, reversed, toHex } from "../../../hci/codec/bytes.ts";
import { PairingError } from "../../../hci/smp/errors.ts";
import { p256 } from "../../support/crypto.ts";
import { settle } from "../../support/manual-clock.ts";
import { Scripted } from "../../support/smp/scripted.ts";

for (const [method, ioCapability] of [
  ["Just Works", "NoInputNoOutput"],
  ["numeric comparison", "DisplayYesNo"],
] as const) {
  test(`${method}: a confirm value that the peer's random does not open ends the pairing with 0x04, and nobody is asked`, async () => {
    const scripted = new Scripted("central", { policy: { ioCapability } });
    const failed = scripted.side.manager.pair().catch((error: unknown) => error);
    await settle();
    const { x, y } = p256();
    await scripted.receive("0201000d100303");
    await scripted.receive(toHex(concat([0x0c], reversed(x), reversed(y))));
    await scripted.receive(`03${"55".repeat(16)}`);
    assert.match(scripted.last ?? "", /^04/);
    await scripted.receive(`04${"aa".repeat(16)}`);
    assert.equal(scripted.last, "0504");
    const error = await failed;
    assert.ok(error instanceof PairingError);
    assert.equal(error.reason, "ConfirmValueFailed");
    assert.equal(error.by, "local");
    assert.deepEqual(scripted.side.person.asked, []);
    assert.equal(scripted.side.store.bonds.length, 0);
  });
}
