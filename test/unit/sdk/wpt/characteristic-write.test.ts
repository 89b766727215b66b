/** Named after web-platform-tests, bluetooth/…/characteristic/writeValue…; see docs/web-platform-tests.md. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { uuidOf } from "../../../../hci/codec/uuid.ts";
import { detached, meetCharacteristic as meet, octets } from "../../../support/sdk/meet.ts";
import { COMMANDED, LONG } from "../../../support/sdk/thermometer.ts";

describe("characteristic/writeValue", () => {
  for (const method of ["writeValue", "writeValueWithResponse"] as const) {
    test(`${method}: write-succeeds, and the value is what was written`, async () => {
      const { rig, characteristic } = await meet();
      let events = 0;
      characteristic.addEventListener("characteristicvaluechanged", () => events++);
      assert.equal(await rig.until(characteristic[method](Uint8Array.of(9, 8))), undefined);
      assert.deepEqual(octets(characteristic.value), [9, 8]);
      assert.equal(events, 0, "a write is no change that the device told of");
      assert.deepEqual(octets(await rig.until(characteristic.readValue())), [9, 8]);
    });
  }

  test("writeValueWithoutResponse: write-succeeds; writeValue falls back to it", async () => {
    const { rig, characteristic } = await meet(COMMANDED);
    await rig.until(characteristic.writeValueWithoutResponse(Uint8Array.of(1)));
    await rig.until(characteristic.writeValue(Uint8Array.of(2)));
    assert.deepEqual(octets(characteristic.value), [2]);
    const error = await rig.rejection(characteristic.writeValueWithResponse(Uint8Array.of(1)));
    assert.equal(error.name, "NotSupportedError");
  });

  test("what may only be written with response is not written without", async () => {
    const { rig, characteristic } = await meet();
    const error = await rig.rejection(characteristic.writeValueWithoutResponse(Uint8Array.of(1)));
    assert.equal(error.name, "NotSupportedError");
  });

  test("buffer-is-detached: an empty value is written", async () => {
    const { rig, characteristic } = await meet();
    await rig.until(characteristic.writeValue(detached()));
    assert.deepEqual(octets(await rig.until(characteristic.readValue())), []);
  });

  test("the octets of the moment of the call are written, of a part of a buffer too", async () => {
    const { rig, characteristic } = await meet();
    const value = Uint8Array.of(0, 7, 6, 0);
    const writing = characteristic.writeValue(new DataView(value.buffer, 1, 2));
    value.fill(0xff);
    await rig.until(writing);
    assert.deepEqual(octets(await rig.until(characteristic.readValue())), [7, 6]);
  });

  test("512 octets are written, 513 are an InvalidModificationError", async () => {
    const { rig, characteristic } = await meet(LONG);
    const most = Uint8Array.from({ length: 512 }, (_, i) => i & 0xff);
    await rig.until(characteristic.writeValueWithResponse(most));
    assert.deepEqual(octets(await rig.until(characteristic.readValue())), [...most]);
    const error = await rig.rejection(characteristic.writeValueWithResponse(new Uint8Array(513)));
    assert.equal(error.name, "InvalidModificationError");
    assert.equal(error.message, "Value can't exceed 512 bytes.");
  });

  test("what is no BufferSource is a TypeError", async () => {
    const { characteristic } = await meet();
    await assert.rejects(characteristic.writeValue(JSON.parse('"text"')), TypeError);
  });

  test("a value of a wrong length is refused by the device: an InvalidModificationError", async () => {
    const { rig, characteristic } = await meet();
    const error = await rig.rejection(characteristic.writeValue(new Uint8Array(5)));
    assert.equal(error.name, "InvalidModificationError");
  });

  test("blocklisted-characteristic: reading is allowed, writing is a SecurityError", async () => {
    const { rig, characteristic } = await meet(uuidOf(0x2a02));
    assert.deepEqual(octets(await rig.until(characteristic.readValue())), [1]);
    for (const method of ["writeValue", "writeValueWithResponse"] as const) {
      const error = await rig.rejection(characteristic[method](Uint8Array.of(0)));
      assert.equal(error.name, "SecurityError");
      assert.match(
        error.message,
        new RegExp(`^${method}\\(\\) called on blocklisted object marked exclude-writes`, "u"),
      );
    }
  });

  test("operations go out one after another in the order of the calls", async () => {
    const { rig, characteristic } = await meet(LONG);
    const results: string[] = [];
    const work = [1, 2, 3].flatMap((n) => [
      characteristic.writeValueWithResponse(Uint8Array.of(n)).then(() => results.push(`w${n}`)),
      characteristic.readValue().then((value) => results.push(`r${value.getUint8(0)}`)),
    ]);
    await rig.until(Promise.all(work));
    assert.deepEqual(results, ["w1", "r1", "w2", "r2", "w3", "r3"]);
  });
});
