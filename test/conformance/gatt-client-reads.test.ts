/** GATT client cases against our own server; what it answers is altered on the wire where a case needs it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { toHex } from "../../hci/codec/bytes.ts";
import { uuidOf } from "../../hci/codec/uuid.ts";
import { discoverServiceByUuid } from "../../hci/gatt/discover.ts";
import { readBlob, readByUuid, readMultiple, readMultipleVariable } from "../../hci/gatt/values.ts";
import { answerOnce, characteristic, refused } from "../support/att-cases.ts";
import {
  attRig,
  AUTHENTICATED,
  ENCRYPTED,
  INDICATING,
  LONG,
  LONG_VALUE,
  PLAIN,
  PUSHING,
  SERVICE,
  WRITE_ONLY,
} from "../support/att-rig.ts";

test("GATT/CL/GAC/BV-01-C the client exchanges the MTU once", async () => {
  const rig = attRig();
  assert.equal(await rig.client.exchangeMtu(100), 100);
  assert.equal(rig.server.mtu, 100);
});

test("GATT/CL/GAD/BV-01-C GATT/CL/GAD/BV-04-C GATT/CL/GAD/BV-06-C services, characteristics and descriptors are found with their handles", async () => {
  const rig = attRig();
  const { services } = await rig.gatt.discover();
  assert.deepEqual(
    services.map(({ uuid }) => uuid),
    [uuidOf(0x1800), uuidOf(0x1801), SERVICE],
  );
  const [, , own] = services;
  assert.deepEqual(
    own?.characteristics.map(({ uuid, handle }) => [uuid, handle]),
    [PLAIN, WRITE_ONLY, ENCRYPTED, AUTHENTICATED, LONG, PUSHING, INDICATING].map((uuid) => [
      uuid,
      rig.handleOf(uuid),
    ]),
  );
  const pushing = await characteristic(rig, PUSHING);
  assert.deepEqual(
    pushing.descriptors.map(({ uuid }) => uuid),
    [uuidOf(0x2902), uuidOf(0x2901)],
  );
  assert.equal(pushing.properties.notify, true);
  assert.equal((await characteristic(rig, INDICATING)).descriptors.length, 1);
});

test("GATT/CL/GAD/BV-02-C a primary service is found by its UUID", async () => {
  const rig = attRig();
  const [found, ...more] = await discoverServiceByUuid(rig.client, SERVICE);
  assert.deepEqual([found?.uuid, more.length], [SERVICE, 0]);
  assert.deepEqual(await discoverServiceByUuid(rig.client, uuidOf(0x1234)), []);
});

test("GATT/CL/GAD/BV-03-C included services are found, a 128-bit one by a read of its own", async () => {
  const long = { uuid: INDICATING, characteristics: [] };
  const short = { uuid: uuidOf(0x180f), secondary: true, characteristics: [] };
  const rig = attRig({
    services: [{ uuid: SERVICE, includes: [short, long], characteristics: [] }, short, long],
  });
  const { services } = await rig.gatt.discover();
  const own = services.find(({ uuid }) => uuid === SERVICE);
  assert.deepEqual(
    own?.included.map(({ uuid }) => uuid),
    [uuidOf(0x180f), INDICATING],
  );
});

test("GATT/CL/GAD/BV-05-C characteristics are found by their UUID", async () => {
  const rig = attRig();
  const table = await rig.gatt.discover();
  assert.equal(
    table.services.flatMap(({ characteristics }) => characteristics).filter(({ uuid }) => uuid === LONG)
      .length,
    1,
  );
});

test("GATT/CL/GAR/BV-01-C GATT/CL/GAR/BV-04-C GATT/CL/GAR/BV-07-C values are read, long ones to their end", async () => {
  const rig = attRig();
  assert.deepEqual([...(await rig.gatt.read(rig.handleOf(PLAIN)))], [1, 2, 3]);
  assert.deepEqual(await rig.gatt.read(rig.handleOf(LONG)), LONG_VALUE);
  const { descriptors } = await characteristic(rig, PUSHING);
  assert.equal((await rig.gatt.read(descriptors[1]?.handle ?? 0)).length, 60);
});

test("a value that fills one answer exactly takes one blob request more, a shorter one none", async () => {
  const rig = attRig({
    services: [
      {
        uuid: SERVICE,
        characteristics: [
          { uuid: PLAIN, properties: ["read"], value: new Uint8Array(22) },
          { uuid: LONG, properties: ["read"], value: new Uint8Array(21) },
        ],
      },
    ],
  });
  assert.equal((await rig.gatt.read(rig.handleOf(PLAIN))).length, 22);
  assert.equal(rig.client.requests, 2);
  assert.equal((await rig.gatt.read(rig.handleOf(LONG))).length, 21);
  assert.equal(rig.client.requests, 3);
});

test("GATT/CL/GAR/BV-06-C a descriptor is read", async () => {
  const rig = attRig();
  const { descriptors } = await characteristic(rig, ENCRYPTED);
  assert.deepEqual([...(await rig.gatt.read(descriptors[0]?.handle ?? 0))], [0, 0]);
});

for (const [id, code] of [
  ["GATT/CL/GAR/BI-01-C", 0x01],
  ["GATT/CL/GAR/BI-02-C", 0x02],
  ["GATT/CL/GAR/BI-03-C", 0x08],
  ["GATT/CL/GAR/BI-04-C", 0x05],
  ["GATT/CL/GAR/BI-05-C", 0x0c],
  ["GATT/CL/GAR/BI-35-C", 0x80],
] as const) {
  test(`${id} a read refused with 0x${code.toString(16)} is raised to the caller by its name`, async () => {
    const rig = attRig();
    answerOnce(rig, `010a0300${code.toString(16).padStart(2, "0")}`);
    await assert.rejects(rig.gatt.read(3), refused(code));
  });
}

test("GATT/CL/GAR/BV-03-C a value is read by characteristic UUID", async () => {
  const rig = attRig();
  const [entry] = await readByUuid(rig.client, PLAIN);
  assert.deepEqual([entry?.handle, ...(entry?.value ?? [])], [rig.handleOf(PLAIN), 1, 2, 3]);
});

for (const [id, code] of [
  ["GATT/CL/GAR/BI-06-C", 0x02],
  ["GATT/CL/GAR/BI-07-C", 0x0a],
  ["GATT/CL/GAR/BI-09-C", 0x08],
  ["GATT/CL/GAR/BI-10-C", 0x05],
  ["GATT/CL/GAR/BI-11-C", 0x0c],
] as const) {
  test(`${id} a read by UUID refused with 0x${code.toString(16)} is raised to the caller`, async () => {
    const rig = attRig();
    answerOnce(rig, `01080300${code.toString(16).padStart(2, "0")}`);
    await assert.rejects(readByUuid(rig.client, PLAIN), refused(code));
  });
}

for (const [id, code] of [
  ["GATT/CL/GAR/BI-12-C", 0x02],
  ["GATT/CL/GAR/BI-13-C", 0x07],
  ["GATT/CL/GAR/BI-14-C", 0x01],
  ["GATT/CL/GAR/BI-15-C", 0x08],
  ["GATT/CL/GAR/BI-16-C", 0x05],
  ["GATT/CL/GAR/BI-17-C", 0x0c],
] as const) {
  test(`${id} a blob read refused with 0x${code.toString(16)} is raised to the caller`, async () => {
    const rig = attRig();
    answerOnce(rig, `010c0300${code.toString(16).padStart(2, "0")}`);
    await assert.rejects(readBlob(rig.client, 3, 9), refused(code));
  });
}

test("GATT/CL/GAR/BV-05-C several values of known length are read at once", async () => {
  const rig = attRig();
  const values = await readMultiple(rig.client, [
    { handle: rig.handleOf(PLAIN), length: 3 },
    { handle: rig.handleOf(PUSHING), length: 1 },
  ]);
  assert.deepEqual(
    values.map((value) => toHex(value)),
    ["010203", "06"],
  );
});

test("GATT/CL/GAR/BV-08-C several values of any length are read at once, a cut one is marked", async () => {
  const rig = attRig();
  const handles = [rig.handleOf(PLAIN), rig.handleOf(LONG), rig.handleOf(PUSHING)];
  const values = await readMultipleVariable(rig.client, handles);
  assert.deepEqual(
    values.map(({ value, complete }) => [value.length, complete]),
    [
      [3, true],
      [15, false],
      [0, false],
    ],
  );
});

for (const [id, opcode, code] of [
  ["GATT/CL/GAR/BI-18-C", "0e", 0x02],
  ["GATT/CL/GAR/BI-19-C", "0e", 0x01],
  ["GATT/CL/GAR/BI-20-C", "0e", 0x08],
  ["GATT/CL/GAR/BI-21-C", "0e", 0x05],
  ["GATT/CL/GAR/BI-22-C", "0e", 0x0c],
  ["GATT/CL/GAR/BI-36-C", "20", 0x02],
  ["GATT/CL/GAR/BI-38-C", "20", 0x01],
  ["GATT/CL/GAR/BI-40-C", "20", 0x08],
  ["GATT/CL/GAR/BI-42-C", "20", 0x05],
  ["GATT/CL/GAR/BI-44-C", "20", 0x0c],
] as const) {
  test(`${id} a multiple read refused with 0x${code.toString(16)} is raised to the caller`, async () => {
    const rig = attRig();
    answerOnce(rig, `01${opcode}0300${code.toString(16).padStart(2, "0")}`);
    const work =
      opcode === "0e"
        ? readMultiple(rig.client, [
            { handle: 3, length: 1 },
            { handle: 5, length: 1 },
          ])
        : readMultipleVariable(rig.client, [3, 5]);
    await assert.rejects(work, refused(code));
  });
}
