import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { AttError, AttTimeout } from "../../hci/att/errors.ts";
import { type LinkSecurity, type Need, securityError } from "../../hci/att/attribute.ts";
import { Read, ReadByGroupType } from "../../hci/att/pdus.ts";
import { fromHex, reversed, toHex } from "../../hci/codec/bytes.ts";
import { uuidOf } from "../../hci/codec/uuid.ts";
import { buildDatabase, type ServiceDefinition } from "../../hci/gatt/database.ts";
import { hashMessage } from "../../hci/gatt/database-hash.ts";
import { GattServer } from "../../hci/gatt/server.ts";
import {
  attRig,
  AUTHENTICATED,
  cmacOfZeroKey,
  ENCRYPTED,
  INDICATING,
  LONG,
  OPEN_LINK,
  PLAIN,
  PUSHING,
  SECURE_LINK,
  SERVICE,
  SERVICES,
  WRITE_ONLY,
} from "../support/att-rig.ts";
import { ManualClock, settle } from "../support/manual-clock.ts";

const refused = (code: number) => (error: unknown) => error instanceof AttError && error.code === code;
const vectors: { db_hash: { m: string; cmac: string; value_wire: string } } = JSON.parse(
  readFileSync(new URL("../vectors/att.json", import.meta.url), "utf8"),
);

test("GATT/SR/GAC/BV-01-C the server answers with its own MTU and uses the smaller", async () => {
  const rig = attRig();
  assert.equal(await rig.client.exchangeMtu(1000), 517);
  assert.equal(rig.server.mtu, 517);
});

test("GATT/SR/GAD/BV-01-C GATT/SR/GAD/BV-04-C GATT/SR/GAD/BV-06-C discovery is answered with what was declared", async () => {
  const rig = attRig();
  const table = await rig.gatt.discover();
  assert.equal(table.services.length, 3);
  assert.equal(table.services[2]?.characteristics.length, SERVICES[0]?.characteristics.length);
});

test("a group request for another type, a range that is none and an empty one are refused", async () => {
  const rig = attRig();
  const ask = (start: number, end: number, type: string) =>
    rig.client.request(ReadByGroupType, { start, end, type });
  await assert.rejects(ask(1, 9, uuidOf(0x2803)), refused(0x10));
  await assert.rejects(ask(0, 9, uuidOf(0x2800)), refused(0x01));
  await assert.rejects(ask(9, 3, uuidOf(0x2800)), refused(0x01));
  await assert.rejects(ask(0xfff0, 0xffff, uuidOf(0x2800)), refused(0x0a));
});

test("GATT/SR/GAR/BV-01-C GATT/SR/GAR/BI-01-C GATT/SR/GAR/BI-02-C reads are answered or refused by name", async () => {
  const rig = attRig();
  assert.deepEqual([...(await rig.gatt.read(rig.handleOf(PLAIN)))], [1, 2, 3]);
  await assert.rejects(rig.gatt.read(rig.handleOf(WRITE_ONLY)), refused(0x02));
  await assert.rejects(rig.gatt.read(0x7777), refused(0x01));
  await assert.rejects(rig.client.request(Read, { handle: 0 }), refused(0x01));
});

const levels: Record<string, LinkSecurity> = {
  open: OPEN_LINK,
  "open, key known": { ...OPEN_LINK, keyKnown: true },
  encrypted: { ...SECURE_LINK, authenticated: false, secureConnections: false },
  "authenticated, legacy": { ...SECURE_LINK, secureConnections: false },
  secure: SECURE_LINK,
  "secure with 7 octets": { ...SECURE_LINK, keySize: 7 },
};
const expected: Record<string, Record<Need, number | null>> = {
  open: { none: null, encrypted: 0x05, authenticated: 0x05, secure: 0x05 },
  "open, key known": { none: null, encrypted: 0x0f, authenticated: 0x0f, secure: 0x0f },
  encrypted: { none: null, encrypted: null, authenticated: 0x05, secure: 0x05 },
  "authenticated, legacy": { none: null, encrypted: null, authenticated: null, secure: 0x05 },
  secure: { none: null, encrypted: null, authenticated: null, secure: null },
  "secure with 7 octets": { none: null, encrypted: 0x0c, authenticated: 0x0c, secure: 0x0c },
};

for (const [link, row] of Object.entries(expected)) {
  test(`GATT/SR/GAR/BI-04-C GATT/SR/GAR/BI-05-C C7 what each need gets on a link that is ${link}`, () => {
    const security = levels[link] ?? OPEN_LINK;
    const got = Object.fromEntries(
      (["none", "encrypted", "authenticated", "secure"] as const).map((need) => [
        need,
        securityError(need, security),
      ]),
    );
    assert.deepEqual(got, row);
  });
}

test("C7 a protected value is neither read, written, configured nor notified on an open link", async () => {
  const rig = attRig();
  const { services } = await rig.gatt.discover();
  const encrypted = services[2]?.characteristics.find(({ uuid }) => uuid === ENCRYPTED);
  const configuration = encrypted?.descriptors[0]?.handle ?? 0;
  await assert.rejects(rig.gatt.read(rig.handleOf(ENCRYPTED)), refused(0x05));
  await assert.rejects(rig.gatt.write(rig.handleOf(ENCRYPTED), Uint8Array.of(1)), refused(0x05));
  await assert.rejects(rig.gatt.write(configuration, Uint8Array.of(1, 0)), refused(0x05));
  rig.link = SECURE_LINK;
  await rig.gatt.write(configuration, Uint8Array.of(1, 0));
  rig.link = OPEN_LINK;
  await rig.gattServer.notify(ENCRYPTED, Uint8Array.of(9));
  await settle();
  assert.ok(!rig.wire.log.some((pdu) => pdu.startsWith("b:1b")));
});

test("GATT/SR/GAW/BV-03-C GATT/SR/GAW/BI-32-C writes are kept, one that is too long is refused", async () => {
  const rig = attRig();
  await rig.gatt.write(rig.handleOf(PLAIN), new Uint8Array(20).fill(3));
  await rig.client.exchangeMtu(100);
  await assert.rejects(rig.gatt.write(rig.handleOf(PLAIN), new Uint8Array(21)), refused(0x0d));
  assert.equal((await rig.gatt.read(rig.handleOf(PLAIN))).length, 20);
});

test("a long write whose part needs more security than the link has left is refused as a whole", async () => {
  const rig = attRig();
  rig.link = SECURE_LINK;
  const handles = [rig.handleOf(PLAIN), rig.handleOf(AUTHENTICATED)].map((handle) =>
    Uint8Array.of(handle, handle >> 8),
  );
  for (const handle of handles) await rig.wire.a.send(Uint8Array.from([0x16, ...handle, 0, 0, 0x55]));
  await settle();
  rig.link = OPEN_LINK;
  await rig.wire.a.send(fromHex("1801"));
  await settle();
  assert.ok(rig.wire.log.at(-1)?.startsWith("b:0118"));
  assert.deepEqual([...(await rig.gatt.read(rig.handleOf(PLAIN)))], [1, 2, 3]);
});

test("C8 the prepare queue is bounded: 0x09, and cancelling empties it", async () => {
  const rig = attRig();
  const handle = rig.handleOf(LONG);
  for (let i = 0; i < 129; i++) {
    await rig.wire.a.send(Uint8Array.from([0x16, handle, 0, 0, 0, 1]));
    await settle();
  }
  assert.equal(rig.wire.log.at(-1), `b:0116${toHex(Uint8Array.of(handle, 0))}09`);
  await rig.wire.a.send(fromHex("1800"));
  await settle();
  assert.equal(rig.wire.log.at(-1), "b:19");
});

test("C3 two requests in one burst are both answered, in order", async () => {
  const rig = attRig();
  const handle = rig.handleOf(PLAIN);
  await Promise.all([
    rig.wire.a.send(Uint8Array.of(0x0a, handle, 0)),
    rig.wire.a.send(Uint8Array.of(0x0a, 0, 0)),
  ]);
  await settle();
  assert.deepEqual(
    rig.wire.log.filter((pdu) => pdu.startsWith("b:")),
    ["b:0b010203", "b:010a000001"],
  );
});

test("GATT/SR/UNS/BI-01-C GATT/SR/UNS/BI-02-C unknown requests get 0x06, unknown commands and signed writes nothing; a malformed request 0x04", async () => {
  const rig = attRig();
  for (const pdu of ["3f00", "7f00", "d20300aa", "0a01", "1801ff", "1802"])
    await rig.wire.a.send(fromHex(pdu));
  await settle();
  assert.deepEqual(
    rig.wire.log.filter((pdu) => pdu.startsWith("b:")),
    ["b:013f000006", "b:010a000004", "b:0118000004", "b:0118000004"],
  );
});

test("GATT/SR/GAI/BV-02-C GATT/SR/GAS/BV-01-C a bonded client with Service Changed on is told when it returns", async () => {
  const rig = attRig();
  await rig.gatt.discover();
  await rig.gatt.enableRobustCaching();
  const configurations = [[rig.handleOf(uuidOf(0x2a05)), 2]] as const;
  const remembered = { configurations, features: 1, hash: fromHex("00".repeat(16)) };
  const again = attRig({ remembered });
  await settle();
  assert.ok(again.wire.log[0]?.startsWith("b:1d"));
});

test("GATT/SR/GAT/BV-01-C an indication nobody confirms ends the bearer after 30 s", async () => {
  const rig = attRig();
  rig.gatt.open();
  const { services } = await rig.gatt.discover();
  const indicating = services[2]?.characteristics.find(({ uuid }) => uuid === INDICATING);
  assert.ok(indicating !== undefined);
  await rig.gatt.subscribe(indicating, () => {});
  let dead = 0;
  rig.server.onDead = () => dead++;
  rig.wire.tamper = (pdu, from) => (from === "a" ? [] : [pdu]);
  const told = assert.rejects(rig.gattServer.notify(INDICATING, Uint8Array.of(1)), AttTimeout);
  await rig.clock.advance(30_000);
  await told;
  assert.equal(dead, 1);
});

test("GATT/SR/GAS/BV-02-C the Database Hash of the specification's sample, octet for octet", () => {
  const battery: ServiceDefinition = {
    uuid: uuidOf(0x180f),
    secondary: true,
    characteristics: [{ uuid: uuidOf(0x2a19), properties: ["read"], value: Uint8Array.of(100) }],
  };
  const value = new Uint8Array(1);
  const { attributes } = buildDatabase([
    {
      uuid: uuidOf(0x1800),
      characteristics: [
        { uuid: uuidOf(0x2a00), properties: ["read", "write"], value },
        { uuid: uuidOf(0x2a01), properties: ["read"], value },
      ],
    },
    {
      uuid: uuidOf(0x1801),
      characteristics: [
        { uuid: uuidOf(0x2a05), properties: ["indicate"], value },
        { uuid: uuidOf(0x2b29), properties: ["read", "write"], value },
        { uuid: uuidOf(0x2b2a), properties: ["read"], value },
      ],
    },
    {
      uuid: uuidOf(0x1808),
      includes: [battery],
      characteristics: [
        {
          uuid: uuidOf(0x2a18),
          properties: ["read", "indicate", "extended"],
          value,
          descriptors: [{ uuid: uuidOf(0x2900), value: Uint8Array.of(0, 0) }],
        },
      ],
    },
    battery,
  ]);
  const message = hashMessage(attributes, { configurations: new Map(), features: 0 });
  assert.equal(toHex(message), vectors.db_hash.m);
  assert.equal(toHex(cmacOfZeroKey(message)), vectors.db_hash.cmac);
  assert.equal(toHex(reversed(cmacOfZeroKey(message))), vectors.db_hash.value_wire);
});

test("GATT/SR/GAS/BV-03-C GATT/SR/GAS/BV-04-C features and configurations are kept per client", async () => {
  const rig = attRig();
  await rig.gatt.discover();
  await rig.gatt.enableRobustCaching();
  const fresh = attRig({ gattServer: rig.gattServer });
  assert.deepEqual([...(await fresh.gatt.read(rig.handleOf(uuidOf(0x2b29))))], [0]);
  const remembered = { configurations: [[9, 1]] as const, features: 5, hash: rig.gattServer.hash };
  const bonded = attRig({ gattServer: rig.gattServer, remembered });
  assert.deepEqual([...(await bonded.gatt.read(rig.handleOf(uuidOf(0x2b29))))], [5]);
});

test("GATT/SR/GAS/BV-05-C GATT/SR/GAS/BV-06-C a change-unaware client gets 0x12 once, its commands are dropped, then it is served", async () => {
  const rig = attRig();
  rig.gatt.open();
  await rig.gatt.discover();
  await rig.gatt.enableRobustCaching();
  rig.wire.tamper = (pdu, from) => (from === "b" && pdu[0] === 0x1d ? [] : [pdu]); // the indication is lost
  rig.gattServer.replaceServices([...SERVICES, { uuid: uuidOf(0xfe00), characteristics: [] }]);
  await rig.gatt.writeWithoutResponse(rig.handleOf(PLAIN), Uint8Array.of(9));
  await settle();
  await assert.rejects(rig.client.request(Read, { handle: 3 }), refused(0x12));
  assert.deepEqual([...(await rig.client.request(Read, { handle: rig.handleOf(PLAIN) })).value], [1, 2, 3]);
});

test("a confirmed Service Changed makes the client aware at once", async () => {
  const rig = attRig();
  rig.gatt.open();
  await rig.gatt.discover();
  await rig.gatt.enableRobustCaching();
  rig.gattServer.replaceServices([...SERVICES, { uuid: uuidOf(0xfe00), characteristics: [] }]);
  await settle();
  assert.ok((await rig.client.request(Read, { handle: 3 })).value.length > 0);
});

test("GATT/SR/GAS/BV-07-C a bonded client that was away while the database changed becomes aware by the hash and one request more", async () => {
  const server = new GattServer({
    deviceName: Uint8Array.of(1),
    services: SERVICES,
    cmac: cmacOfZeroKey,
    clock: new ManualClock(),
  });
  const remembered = { configurations: [], features: 1, hash: fromHex("11".repeat(16)) };
  const rig = attRig({ gattServer: server, remembered });
  assert.deepEqual(await rig.gatt.readDatabaseHash(), server.hash);
  assert.ok((await rig.client.request(Read, { handle: 3 })).value.length > 0);
  const late = attRig({ gattServer: server, remembered });
  await assert.rejects(late.client.request(Read, { handle: 3 }), refused(0x12));
});

test("a configuration with bits the characteristic does not have is refused", async () => {
  const rig = attRig();
  const { services } = await rig.gatt.discover();
  const pushing = services[2]?.characteristics.find(({ uuid }) => uuid === PUSHING);
  const handle = pushing?.descriptors[0]?.handle ?? 0;
  await assert.rejects(rig.gatt.write(handle, Uint8Array.of(2, 0)), refused(0xfd));
  await assert.rejects(rig.gatt.write(handle, Uint8Array.of(1)), refused(0x0d));
  assert.ok(services[2]?.uuid === SERVICE);
});
