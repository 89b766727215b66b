/** GATT client cases against our own server; what it answers is altered on the wire where a case needs it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { GattProtocolError } from "../../hci/att/errors.ts";
import { answerOnce, characteristic, refused } from "../support/att-cases.ts";
import { attRig, LONG, LONG_VALUE, PLAIN, PUSHING } from "../support/att-rig.ts";
import { settle } from "../support/manual-clock.ts";

test("GATT/CL/GAW/BV-01-C a command is written without an answer", async () => {
  const rig = attRig();
  await rig.gatt.writeWithoutResponse(rig.handleOf(PLAIN), Uint8Array.of(9));
  await settle();
  assert.deepEqual([...(await rig.gatt.read(rig.handleOf(PLAIN)))], [9]);
});

test("GATT/CL/GAW/BV-03-C GATT/CL/GAW/BV-08-C values and descriptors are written", async () => {
  const rig = attRig();
  await rig.gatt.write(rig.handleOf(PLAIN), Uint8Array.of(7, 8));
  assert.deepEqual([...(await rig.gatt.read(rig.handleOf(PLAIN)))], [7, 8]);
  const { descriptors } = await characteristic(rig, PUSHING);
  await rig.gatt.write(descriptors[0]?.handle ?? 0, Uint8Array.of(1, 0));
  assert.deepEqual([...(await rig.gatt.read(descriptors[0]?.handle ?? 0))], [1, 0]);
});

for (const [id, code] of [
  ["GATT/CL/GAW/BI-02-C", 0x01],
  ["GATT/CL/GAW/BI-03-C", 0x03],
  ["GATT/CL/GAW/BI-04-C", 0x08],
  ["GATT/CL/GAW/BI-05-C", 0x05],
  ["GATT/CL/GAW/BI-06-C", 0x0c],
] as const) {
  test(`${id} a write refused with 0x${code.toString(16)} is raised to the caller and never repeated`, async () => {
    const rig = attRig();
    answerOnce(rig, `01120300${code.toString(16).padStart(2, "0")}`);
    await assert.rejects(rig.gatt.write(3, Uint8Array.of(1)), refused(code));
    assert.equal(rig.client.requests, 1);
  });
}

test("GATT/CL/GAW/BV-05-C GATT/CL/GAW/BV-06-C a long value is prepared in parts, every echo compared, then executed", async () => {
  const rig = attRig();
  const value = Uint8Array.from({ length: 70 }, (_, i) => 255 - i);
  await rig.gatt.write(rig.handleOf(LONG), value);
  assert.deepEqual(await rig.gatt.read(rig.handleOf(LONG)), value);
  assert.equal(rig.wire.log.filter((pdu) => pdu.startsWith("a:16")).length, 4);
});

for (const [id, code] of [
  ["GATT/CL/GAW/BI-07-C", 0x01],
  ["GATT/CL/GAW/BI-08-C", 0x03],
  ["GATT/CL/GAW/BI-09-C", 0x07],
  ["GATT/CL/GAW/BI-11-C", 0x08],
  ["GATT/CL/GAW/BI-12-C", 0x05],
  ["GATT/CL/GAW/BI-13-C", 0x0c],
] as const) {
  test(`${id} a prepared write refused with 0x${code.toString(16)} empties the queue and is raised`, async () => {
    const rig = attRig();
    answerOnce(rig, `01160300${code.toString(16).padStart(2, "0")}`);
    await assert.rejects(rig.gatt.write(rig.handleOf(LONG), new Uint8Array(60)), refused(code));
    assert.equal(
      rig.wire.log.findLast((pdu) => pdu.startsWith("a:")),
      "a:1800",
    );
    assert.deepEqual(await rig.gatt.read(rig.handleOf(LONG)), LONG_VALUE);
  });
}

for (const [what, alter] of [
  ["one octet changed", (pdu: Uint8Array) => pdu.with(7, (pdu[7] ?? 0) ^ 1)],
  ["one octet less", (pdu: Uint8Array) => pdu.subarray(0, -1)],
  ["another offset", (pdu: Uint8Array) => pdu.with(3, (pdu[3] ?? 0) + 1)],
] as const) {
  test(`GATT/CL/GAW/BI-32-C C8 an echo with ${what} cancels the reliable write`, async () => {
    const rig = attRig();
    rig.wire.tamper = (pdu, from) => [from === "b" && pdu[0] === 0x17 ? Uint8Array.from(alter(pdu)) : pdu];
    await assert.rejects(rig.gatt.write(rig.handleOf(LONG), new Uint8Array(60)), GattProtocolError);
    assert.ok(rig.wire.log.includes("a:1800"));
    assert.ok(!rig.wire.log.includes("a:1801"));
    assert.deepEqual(await rig.gatt.read(rig.handleOf(LONG)), LONG_VALUE);
  });
}

test("GATT/CL/GAW/BV-09-C a long descriptor goes through the prepare queue like a value", async () => {
  const rig = attRig();
  const { descriptors } = await characteristic(rig, PUSHING);
  await assert.rejects(rig.gatt.write(descriptors[1]?.handle ?? 0, new Uint8Array(40)), refused(0x03));
  assert.ok(rig.wire.log.some((pdu) => pdu.startsWith("a:16")));
});
