import assert from "node:assert/strict";
import { test } from "node:test";
import { DeviceError } from "../../../src/link/failure.ts";
import type { Failure } from "../../../src/link/failure.ts";
import { WebBluetoothBackend } from "../../../src/link/web-bluetooth/backend.ts";
import type { PageSurroundings } from "../../../src/link/web-bluetooth/platform.ts";
import { ManualClock, settle } from "../../support/manual-clock.ts";
import { ScriptedBluetooth } from "../../support/scripted-bluetooth.ts";
import type { ScriptedDevice } from "../../support/scripted-bluetooth.ts";

const BATTERY = "0000180f-0000-1000-8000-00805f9b34fb";
const LEVEL = "00002a19-0000-1000-8000-00805f9b34fb";
const LOCK = "10c40001-5f3a-4c1e-9a77-3d2f6b8e4c10";
const STATE = "10c40002-5f3a-4c1e-9a77-3d2f6b8e4c10";
const EMPTY = "e0e00001-5f3a-4c1e-9a77-3d2f6b8e4c10";
const LEVEL_REF = { service: BATTERY, characteristic: LEVEL, instance: 0 };
const STATE_REF = { service: LOCK, characteristic: STATE, instance: 0 };
const REQUEST = { services: [BATTERY], optionalServices: [LOCK, EMPTY] };

const never = (): AbortSignal => new AbortController().signal;

function world(page: Partial<PageSurroundings> = {}) {
  const clock = new ManualClock();
  const bluetooth = new ScriptedBluetooth();
  const device = bluetooth.add("Lock", [
    {
      uuid: BATTERY,
      characteristics: [{ uuid: LEVEL, properties: ["read", "notify"], value: [42], descriptors: ["d1"] }],
    },
    {
      uuid: LOCK,
      characteristics: [{ uuid: STATE, properties: ["read", "write"], value: [1], gated: true }],
    },
    { uuid: EMPTY, characteristics: [] },
  ]);
  const backend = new WebBluetoothBackend(
    { bluetooth, secureContext: true, chromium: true, linux: false, allowedByPolicy: undefined, ...page },
    { timers: clock },
  );
  return { clock, bluetooth, device, backend };
}

async function connected(page: Partial<PageSurroundings> = {}) {
  const all = world(page);
  const peer = await all.backend.choose(REQUEST, never());
  return { ...all, peer, connection: await peer.connect(never()) };
}

async function failure(work: Promise<unknown>): Promise<Failure> {
  try {
    await work;
  } catch (error) {
    assert(error instanceof DeviceError);
    return error.failure;
  }
  return assert.fail("Expected a rejection");
}

test("without a secure context the page is told so, whatever else is missing", async () => {
  const { backend } = world({ secureContext: false, bluetooth: undefined });
  assert.deepEqual(await backend.availability(never()), { state: "api-missing", why: "insecure-context" });
  assert.deepEqual(await failure(backend.choose(REQUEST, never())), {
    kind: "api-missing",
    why: "insecure-context",
  });
});

test("a browser without Web Bluetooth is told apart from one where it is switched off", async () => {
  const other = world({ bluetooth: undefined, chromium: false });
  assert.deepEqual(await other.backend.availability(never()), { state: "api-missing", why: "browser" });
  const flag = world({ bluetooth: undefined, chromium: true });
  assert.deepEqual(await flag.backend.availability(never()), { state: "api-missing", why: "disabled" });
  assert.deepEqual(await flag.backend.known(never()), []);
});

test("a frame without the feature is blocked by its embedder", async () => {
  const { backend } = world({ allowedByPolicy: false });
  assert.deepEqual(await backend.availability(never()), { state: "blocked", by: "permissions-policy" });
  assert.deepEqual(await failure(backend.choose(REQUEST, never())), {
    kind: "blocked",
    by: "permissions-policy",
  });
});

test("an availability question that is never answered ends by our limit", async () => {
  const { backend, bluetooth, clock } = world();
  bluetooth.getAvailability = () => new Promise(() => {});
  const asked = failure(backend.availability(never()));
  await clock.advance(5_000);
  assert.deepEqual(await asked, { kind: "timeout", during: "availability", afterMs: 5_000 });
});

test("the chooser has no limit: with the adapter off it waits, and goes on when it is switched on", async () => {
  const { backend, bluetooth, clock } = world();
  bluetooth.adapter = "off";
  const choosing = backend.choose(REQUEST, never());
  await clock.advance(3_600_000);
  bluetooth.switchOn();
  assert.equal((await choosing).name, "Lock");
});

test("choosing asks the browser before anything else happens, so that the gesture counts", () => {
  const { backend, bluetooth } = world();
  let called = false;
  bluetooth.requestDevice = () => {
    called = true;
    return new Promise(() => {});
  };
  void backend.choose(REQUEST, never());
  assert.equal(called, true);
});

test("a request without services or prefix asks for every device, because an empty filter is refused", async () => {
  const { backend, bluetooth } = world();
  await backend.choose({ services: [], optionalServices: [LOCK, LOCK] }, never());
  await backend.choose({ services: [BATTERY], namePrefix: "Lo", optionalServices: [] }, never());
  assert.deepEqual(bluetooth.requests, [
    { acceptAllDevices: true, optionalServices: [LOCK] },
    { filters: [{ services: [BATTERY], namePrefix: "Lo" }], optionalServices: [] },
  ]);
});

test("the same device is the same peer, whether chosen or known", async () => {
  const { backend } = world();
  const chosen = await backend.choose(REQUEST, never());
  assert.equal(await backend.choose(REQUEST, never()), chosen);
  assert.deepEqual(await backend.known(never()), [chosen]);
});

test("a service without characteristics is listed empty, a characteristic without descriptors too", async () => {
  const { connection } = await connected();
  const table = await connection.discover(never());
  assert.deepEqual(table, {
    services: [
      {
        uuid: BATTERY,
        characteristics: [{ uuid: LEVEL, properties: ["read", "notify"], descriptors: [{ uuid: "d1" }] }],
      },
      {
        uuid: LOCK,
        characteristics: [{ uuid: STATE, properties: ["read", "write"], descriptors: [] }],
      },
      { uuid: EMPTY, characteristics: [] },
    ],
  });
});

test("a protected read pairs, and a failed pairing comes out of the read", async () => {
  const { connection, device } = await connected();
  device.pairing = new DOMException("Authentication rejected.", "NetworkError");
  assert.deepEqual(await failure(connection.read(STATE_REF, { signal: never(), mayPair: true })), {
    kind: "pairing-failed",
    reason: "declined-by-peer",
  });
  device.pairing = "succeeds";
  const value = await connection.read(STATE_REF, { signal: never(), mayPair: true });
  assert.deepEqual(value, Uint8Array.of(1));
});

test("a device that lost its half of the bond is refused without a pairing", async () => {
  const { connection, device } = await connected();
  device.paired = true;
  assert.deepEqual(await failure(connection.read(STATE_REF, { signal: never() })), {
    kind: "access-refused",
    why: "not-authorized",
    ambiguous: false,
  });
  assert.equal(device.pairings, 0);
});

test("on Linux a refusal is ambiguous", async () => {
  const { connection, device } = await connected({ linux: true });
  device.next("read", new DOMException("GATT operation not permitted.", "NotSupportedError"));
  assert.deepEqual(await failure(connection.read(STATE_REF, { signal: never() })), {
    kind: "access-refused",
    why: "not-permitted",
    ambiguous: true,
  });
});

test("a read may take 35 s, and 60 s longer where a pairing dialog may be open", async () => {
  for (const [mayPair, limit] of [
    [false, 35_000],
    [true, 95_000],
  ] as const) {
    const { connection, device, clock } = await connected();
    device.next("read", "hang");
    let settled = false;
    const reading = failure(connection.read(STATE_REF, { signal: never(), mayPair })).finally(() => {
      settled = true;
    });
    await clock.advance(limit - 1);
    assert.equal(settled, false);
    await clock.advance(1);
    assert.deepEqual(await reading, { kind: "timeout", during: "read", afterMs: limit });
    assert.deepEqual(await connection.closed, { by: "us" });
    assert.equal(device.gatt.connected, false);
  }
});

test("an operation that was given up keeps its place until the platform answers", async () => {
  const { connection, device, clock } = await connected();
  device.next("read", "hang");
  const stop = new AbortController();
  const first = failure(connection.read(LEVEL_REF, { signal: stop.signal }));
  await settle();
  stop.abort();
  assert.deepEqual(await first, { kind: "cancelled", by: "caller" });
  const second = failure(connection.read(LEVEL_REF, { signal: never() }));
  await clock.advance(34_999);
  assert.equal(device.gatt.mostOpen, 1);
  await clock.advance(1);
  assert.deepEqual(await second, { kind: "link-lost", during: "read" });
});

test("no timer is left behind when an operation or a link ends", async () => {
  const { connection, clock } = await connected();
  await connection.discover(never());
  await connection.read(LEVEL_REF, { signal: never() });
  await connection[Symbol.asyncDispose]();
  await settle();
  assert.equal(clock.pending, 0);
});

test("a connection that comes after we gave up is closed again", async () => {
  const { backend, device } = world();
  const peer = await backend.choose(REQUEST, never());
  const { promise, resolve } = Promise.withResolvers<void>();
  const connectPlatform = device.gatt.connect.bind(device.gatt);
  device.gatt.connect = async () => {
    await promise;
    return connectPlatform();
  };
  const stop = new AbortController();
  const attempt = failure(peer.connect(stop.signal));
  stop.abort();
  assert.deepEqual(await attempt, { kind: "cancelled", by: "caller" });
  resolve();
  await settle();
  assert.equal(device.gatt.link, 1);
  assert.equal(device.gatt.connected, false);
});

test("a late connection of an abandoned attempt does not end the link of the next one", async () => {
  const { backend, device } = world();
  const peer = await backend.choose(REQUEST, never());
  const { promise, resolve } = Promise.withResolvers<void>();
  const connectPlatform = device.gatt.connect.bind(device.gatt);
  device.gatt.connect = async () => {
    device.gatt.connect = connectPlatform;
    await promise;
    return connectPlatform();
  };
  const stop = new AbortController();
  const attempt = failure(peer.connect(stop.signal));
  stop.abort();
  await attempt;
  const connection = await peer.connect(never());
  resolve();
  await settle();
  assert.deepEqual(await connection.read(LEVEL_REF, { signal: never() }), Uint8Array.of(42));
});

test("a hanging connect ends after 25 s", async () => {
  const { backend, device, clock } = world();
  const peer = await backend.choose(REQUEST, never());
  device.next("connect", "hang");
  const attempt = failure(peer.connect(never()));
  await clock.advance(25_000);
  assert.deepEqual(await attempt, { kind: "timeout", during: "connect", afterMs: 25_000 });
});

test("objects that went stale on a living link are looked up once more", async () => {
  const { connection, device } = await connected();
  await connection.discover(never());
  device.next("read", new DOMException("GATT Characteristic no longer exists.", "InvalidStateError"));
  assert.deepEqual(await connection.read(LEVEL_REF, { signal: never() }), Uint8Array.of(42));
  const stale = (): DOMException => new DOMException("GATT Service no longer exists.", "InvalidStateError");
  device.next("read", stale());
  device.next("read", stale());
  assert.deepEqual(await failure(connection.read(LEVEL_REF, { signal: never() })), { kind: "stale-handle" });
});

test("the answer to a read is not taken for a notification, and no notification is lost to it", async () => {
  const { connection, device } = await connected();
  const seen: number[] = [];
  await connection.subscribe(LEVEL_REF, (value) => seen.push(...value), { signal: never() });
  assert.deepEqual(await connection.read(LEVEL_REF, { signal: never() }), Uint8Array.of(42));
  device.gatt.notify(LEVEL, [50]);
  const reading = connection.read(LEVEL_REF, { signal: never() });
  device.gatt.notify(LEVEL, [51]);
  await reading;
  await settle();
  assert.deepEqual(seen, [50, 51]);
});

test("two subscribers share one subscription; the last one ends it", async () => {
  const { connection, device } = await connected();
  const seen: string[] = [];
  const stopA = await connection.subscribe(LEVEL_REF, (value) => seen.push(`a${value[0]}`), {
    signal: never(),
  });
  const stopB = await connection.subscribe(LEVEL_REF, (value) => seen.push(`b${value[0]}`), {
    signal: never(),
  });
  device.gatt.notify(LEVEL, [1]);
  await settle();
  await stopA();
  device.gatt.notify(LEVEL, [2]);
  await settle();
  await stopB();
  await stopB();
  device.gatt.notify(LEVEL, [3]);
  await settle();
  assert.deepEqual(seen, ["a1", "b1", "b2"]);
});

test("a subscription that its caller gave up is stopped when the platform has started it", async () => {
  const { connection, device } = await connected();
  const { promise, resolve } = Promise.withResolvers<void>();
  holdNext(device, promise);
  const stop = new AbortController();
  const seen: number[] = [];
  const subscribing = failure(
    connection.subscribe(LEVEL_REF, (value) => seen.push(...value), { signal: stop.signal }),
  );
  await settle();
  stop.abort();
  assert.deepEqual(await subscribing, { kind: "cancelled", by: "caller" });
  resolve();
  await settle();
  device.gatt.notify(LEVEL, [9]);
  await settle();
  assert.deepEqual(seen, []);
});

function holdNext(device: ScriptedDevice, until: Promise<void>): void {
  const plan = device.plan.bind(device);
  device.plan = async (call) => {
    await plan(call);
    if (call === "subscribe") await until;
  };
}

test("a value that is too long is refused by name", async () => {
  const { connection } = await connected();
  const writing = connection.write(STATE_REF, new Uint8Array(513), { signal: never(), response: true });
  assert.deepEqual(await failure(writing), { kind: "invalid-length" });
});

test("a service that was not asked for is refused by name", async () => {
  const { connection } = await connected();
  const ref = { service: "0000180a-0000-1000-8000-00805f9b34fb", characteristic: LEVEL, instance: 0 };
  assert.deepEqual(await failure(connection.read(ref, { signal: never() })), {
    kind: "service-not-allowed",
    why: "not-requested",
  });
});

test("a failing forget and a failing discovery come out as failures", async () => {
  const { backend, device, peer, connection } = await connected();
  device.next("discover", new DOMException("GATT Error Unknown.", "NotSupportedError"));
  assert.deepEqual(await failure(connection.discover(never())), { kind: "att-error" });
  device.next("forget", new DOMException("An odd thing.", "UnknownError"));
  assert.equal((await failure(peer.forget(never()))).kind, "unknown");
  assert.equal((await backend.known(never())).length, 1);
});

test("a failing stop is reported, a link that is lost meanwhile is not", async () => {
  const { connection, device } = await connected();
  const stop = await connection.subscribe(LEVEL_REF, () => {}, { signal: never() });
  device.next("subscribe", new DOMException("GATT Error Unknown.", "NotSupportedError"));
  assert.deepEqual(await failure(stop()), { kind: "att-error" });
  const stopLater = await connection.subscribe(LEVEL_REF, () => {}, { signal: never() });
  device.next("subscribe", "hang");
  const stopping = stopLater();
  await settle();
  device.gatt.disconnect();
  await stopping;
});
