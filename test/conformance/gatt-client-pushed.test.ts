/** GATT client cases against our own server; what it answers is altered on the wire where a case needs it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { GattProtocolError } from "../../hci/att/errors.ts";
import { fromHex, toHex } from "../../hci/codec/bytes.ts";
import { uuidOf } from "../../hci/codec/uuid.ts";
import { DatabaseChanged } from "../../hci/gatt/access.ts";
import { readMultipleVariable } from "../../hci/gatt/values.ts";
import { answerOnce, characteristic, refused } from "../support/att-cases.ts";
import {
  attRig,
  type AttRig,
  ENCRYPTED,
  INDICATING,
  LONG,
  PLAIN,
  PUSHING,
  SECURE_LINK,
  SERVICE,
  SERVICES,
} from "../support/att-rig.ts";
import { settle } from "../support/manual-clock.ts";

test("GATT/CL/GAN/BV-01-C a notification reaches the listener, after the link was opened for values", async () => {
  const rig = attRig();
  const heard: string[] = [];
  const stop = await rig.gatt.subscribe(await characteristic(rig, PUSHING), (value) =>
    heard.push(toHex(value)),
  );
  await rig.gattServer.notify(PUSHING, Uint8Array.of(1));
  await settle();
  assert.equal(heard.length, 0, "before that, values are dropped");
  rig.gatt.open();
  await rig.gattServer.notify(PUSHING, Uint8Array.of(2));
  await settle();
  rig.gatt.shut();
  await rig.gattServer.notify(PUSHING, Uint8Array.of(3));
  rig.gatt.open();
  await settle();
  await stop();
  await rig.gattServer.notify(PUSHING, Uint8Array.of(4));
  await settle();
  assert.deepEqual(heard.slice(0, 1), ["02"]);
  assert.ok(!heard.includes("04"));
});

test("GATT/CL/GAN/BV-02-C values of several handles in one notification reach their listeners", async () => {
  const rig = attRig();
  rig.gatt.open();
  const heard: string[] = [];
  const pushing = await characteristic(rig, PUSHING);
  await rig.gatt.subscribe(pushing, (value) => heard.push(toHex(value)));
  const handle = toHex(Uint8Array.of(pushing.handle & 0xff, pushing.handle >> 8));
  rig.client.mtu = 64;
  await rig.wire.b.send(fromHex(`23${handle}0100aa${handle}0200bbcc`));
  await settle();
  assert.deepEqual(heard, ["aa", "bbcc"]);
});

test("GATT/CL/GAI/BV-01-C GATT/CL/GAI/BI-01-C indications are confirmed, a second one before the first too", async () => {
  const rig = attRig();
  rig.gatt.open();
  const heard: string[] = [];
  const indicating = await characteristic(rig, INDICATING);
  await rig.gatt.subscribe(indicating, (value) => heard.push(toHex(value)));
  await rig.gattServer.notify(INDICATING, Uint8Array.of(1));
  const handle = toHex(Uint8Array.of(indicating.handle & 0xff, indicating.handle >> 8));
  await Promise.all([rig.wire.b.send(fromHex(`1d${handle}02`)), rig.wire.b.send(fromHex(`1d${handle}03`))]);
  await settle();
  assert.deepEqual(heard, ["01", "02", "03"]);
  assert.equal(rig.wire.log.filter((pdu) => pdu === "a:1e").length, 3);
});

test("GATT/CL/GAS/BV-01-C Service Changed drops the range, fails requests inside it, and the range is discovered again", async () => {
  const ranges: unknown[] = [];
  const rig = attRig({ events: { databaseChanged: (range) => ranges.push(range) } });
  rig.gatt.open();
  await rig.gatt.discover();
  await rig.gatt.enableRobustCaching();
  const old = rig.handleOf(LONG);
  rig.wire.tamper = (pdu, from) => (from === "a" && pdu[0] === 0x0a ? [] : [pdu]);
  const lost = rig.gatt.read(old);
  rig.gattServer.replaceServices([{ uuid: uuidOf(0xfe00), characteristics: [] }, ...SERVICES]);
  await assert.rejects(lost, DatabaseChanged);
  assert.deepEqual(ranges, [{ start: 1, end: 0xffff }]);
  assert.equal(rig.gatt.table, undefined);
});

test("Service Changed for a part keeps the rest of the table", async () => {
  const rig = attRig();
  rig.gatt.open();
  const table = await rig.gatt.discover();
  await rig.gatt.enableRobustCaching();
  const [access, attribute, own] = table.services;
  const range = { start: own?.start ?? 0, end: own?.end ?? 0 };
  const handle = rig.handleOf(uuidOf(0x2a05));
  await rig.wire.b.send(
    Uint8Array.of(0x1d, handle, 0, range.start & 0xff, range.start >> 8, range.end & 0xff, range.end >> 8),
  );
  await settle();
  assert.deepEqual(rig.gatt.table?.services, [access, attribute]);
  assert.deepEqual((await rig.gatt.rediscover(range)).services, table.services);
});

test("GATT/CL/GAS/BV-02-C the Database Hash is read over the whole range; another length counts as none", async () => {
  const rig = attRig();
  assert.deepEqual(await rig.gatt.readDatabaseHash(), rig.gattServer.hash);
  assert.ok(rig.wire.log.includes("a:080100ffff2a2b"));
  answerOnce(rig, "09040b00aabb");
  assert.equal(await rig.gatt.readDatabaseHash(), undefined);
});

test("GATT/CL/GAS/BV-03-C GATT/CL/GAS/BV-05-C robust caching and multiple notifications are asked for", async () => {
  const rig = attRig();
  await rig.gatt.discover();
  assert.equal(await rig.gatt.enableRobustCaching(), true);
  assert.deepEqual([...(await rig.gatt.read(rig.handleOf(uuidOf(0x2b29))))], [0x05]);
});

for (const [id, work] of [
  ["GATT/CL/GAT/BV-01-C", (rig: AttRig) => rig.gatt.read(3)],
  ["GATT/CL/GAT/BV-02-C", (rig: AttRig) => rig.gatt.write(3, Uint8Array.of(1))],
  ["GATT/CL/GAT/BV-03-C", (rig: AttRig) => readMultipleVariable(rig.client, [3, 5])],
] as const) {
  test(`${id} after 30 s without an answer nothing more goes out on the bearer`, async () => {
    const rig = attRig();
    rig.wire.tamper = () => [];
    const outcome = assert.rejects(work(rig), { name: "AttTimeout" });
    await rig.clock.advance(30_000);
    await outcome;
    const sent = rig.wire.log.length;
    await assert.rejects(rig.gatt.read(5), { name: "AttTimeout" });
    assert.equal(rig.wire.log.length, sent);
  });
}

test("GATT/CL/GPA/BV-11-C GATT/CL/GPA/BV-12-C format descriptors are found and read", async () => {
  const format = { uuid: uuidOf(0x2904), value: fromHex("04000127010000") };
  const aggregate = { uuid: uuidOf(0x2905), value: fromHex("0c00") };
  const rig = attRig({
    services: [
      {
        uuid: SERVICE,
        characteristics: [
          { uuid: PLAIN, properties: ["read"], value: Uint8Array.of(1), descriptors: [format, aggregate] },
        ],
      },
    ],
  });
  const { descriptors } = await characteristic(rig, PLAIN);
  const values = [];
  for (const { handle } of descriptors) values.push(toHex(await rig.gatt.read(handle)));
  assert.deepEqual(values, ["04000127010000", "0c00"]);
});

test("a security error is retried once after the caller raised security, and only once", async () => {
  const asked: string[] = [];
  const rig = attRig({
    recovery: {
      raiseSecurity: async (error) => {
        asked.push(error.reason);
        rig.link = SECURE_LINK;
        return true;
      },
    },
  });
  assert.deepEqual([...(await rig.gatt.read(rig.handleOf(ENCRYPTED)))], [4]);
  rig.wire.tamper = (pdu, from) => [from === "b" ? fromHex("010a030005") : pdu];
  await assert.rejects(rig.gatt.read(3), refused(0x05));
  assert.deepEqual(asked, ["InsufficientAuthentication", "InsufficientAuthentication"]);
});

test("0x12 with the same hash repeats the request; with another it drops the table and repeats nothing", async () => {
  const rig = attRig();
  await rig.gatt.discover();
  answerOnce(rig, "010a030012");
  assert.ok((await rig.gatt.read(3)).length > 0);
  rig.gattServer.replaceServices([{ uuid: uuidOf(0xfe00), characteristics: [] }, ...SERVICES]);
  answerOnce(rig, "0112030012");
  const before = rig.wire.log.filter((pdu) => pdu.startsWith("a:12")).length;
  await assert.rejects(rig.gatt.write(3, Uint8Array.of(1)), DatabaseChanged);
  assert.equal(rig.gatt.table, undefined);
  assert.equal(rig.wire.log.filter((pdu) => pdu.startsWith("a:12")).length, before + 1);
});

for (const [what, answers] of [
  ["stands still", ["1106010003000018", "1106010003000018"]],
  ["goes backwards", ["1106050009000018", "1106010003000018"]],
  ["ends before it starts", ["1106090003000018"]],
] as const) {
  test(`C5 a server whose discovery ${what} ends it with an error`, async () => {
    const rig = attRig();
    const queue: string[] = [...answers];
    rig.wire.tamper = (pdu, from) => [
      from === "b" && (pdu[0] === 0x11 || pdu[1] === 0x10) ? fromHex(queue.shift() ?? toHex(pdu)) : pdu,
    ];
    await assert.rejects(rig.gatt.discover(), GattProtocolError);
  });
}

test("discovery takes the fewest requests the procedures allow", async () => {
  const services = Array.from({ length: 10 }, (_, i) => ({
    uuid: uuidOf(0xfd00 + i),
    characteristics: Array.from({ length: 6 }, (_, j) => ({
      uuid: uuidOf(0xfe00 + 16 * i + j),
      properties: ["read", "notify"] as const,
      value: new Uint8Array(1),
    })),
  }));
  const rig = attRig({ services });
  await rig.gatt.discover();
  // 12 services at 3 an answer and the end; no include; 66 characteristics at 3; 61 configurations in runs of 5
  // handles, which hold two each; two hashes.
  assert.equal(rig.client.requests, 4 + 1 + 1 + 22 + 1 + 31 + 2);
  await rig.client.exchangeMtu(517);
  rig.client.requests = 0;
  await rig.gatt.discover();
  assert.equal(rig.client.requests, 1 + 1 + 1 + 1 + 1 + 2 + 2);
});
