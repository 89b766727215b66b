import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChooseRequest } from "../../../src/link/backend.ts";
import { DeviceError } from "../../../src/link/failure.ts";
import type { Failure } from "../../../src/link/failure.ts";
import { FakeBackend } from "../../../src/link/fake/backend.ts";
import type { Choice } from "../../../src/link/fake/backend.ts";
import { DEMO_DEVICES } from "../../../src/link/fake/catalogue.ts";
import { VirtualRadio } from "../../../src/link/fake/virtual-radio.ts";
import { ManualClock, settle } from "../../support/manual-clock.ts";
import { TextItems } from "../../support/text-items.ts";

const LOCK = "8e7c0001-2f5b-4b44-9d0b-6a1f3c52d7e4";
const STATE = { service: LOCK, characteristic: "8e7c0002-2f5b-4b44-9d0b-6a1f3c52d7e4", instance: 0 };
const COMMAND = { service: LOCK, characteristic: "8e7c0003-2f5b-4b44-9d0b-6a1f3c52d7e4", instance: 0 };
const BEAT = {
  service: "0000180d-0000-1000-8000-00805f9b34fb",
  characteristic: "00002a37-0000-1000-8000-00805f9b34fb",
  instance: 0,
};
const MESH = "6ba1b218-15a8-461f-9fa8-5dcae273eafd";
const FROM_NUM = { service: MESH, characteristic: "ed9da18c-a800-4f66-a670-aa7547e34453", instance: 0 };
const ANY: ChooseRequest = { services: [], optionalServices: [] };

const never = (): AbortSignal => new AbortController().signal;

function demo(key: string, store = new TextItems()) {
  const clock = new ManualClock();
  const radio = new VirtualRadio(DEMO_DEVICES, store, clock);
  const offered: (readonly Choice[])[] = [];
  const backend = new FakeBackend(radio, {
    timers: clock,
    pick: (devices) => {
      offered.push(devices);
      return Promise.resolve(key);
    },
  });
  return { clock, radio, backend, store, offered, device: radio.device(key) };
}

type Demo = ReturnType<typeof demo>;

/** Lets a minute of demo time pass while `work` goes on. */
async function within<T>({ clock }: Demo, work: Promise<T>): Promise<T> {
  work.catch(() => {});
  await clock.advance(60_000);
  return work;
}

async function connected(all: Demo) {
  const peer = await all.backend.choose(ANY, never());
  return within(all, peer.connect(never()));
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

test("the demo says that it is one and never claims to see a bond", () => {
  const { capabilities } = demo("lock").backend;
  assert.equal(capabilities.transport, "demo");
  assert.equal(capabilities.reports.bond, false);
  assert.equal(capabilities.reports.encryption, false);
  for (const device of DEMO_DEVICES) assert.match(device.name, /\(demo\)$/);
});

test("the chooser shows only devices that fit the request", async () => {
  const { backend, offered } = demo("mesh");
  await backend.choose({ ...ANY, services: [MESH] }, never());
  await backend.choose({ ...ANY, namePrefix: "Mesh" }, never());
  assert.deepEqual(
    offered.map((list) => list.map(({ key }) => key)),
    [["mesh", "lost-bond"], ["mesh"]],
  );
});

test("the heart beats once a second while somebody listens, and not after", async () => {
  const all = demo("heart-rate");
  const connection = await connected(all);
  const beats: number[] = [];
  const stop = await within(
    all,
    connection.subscribe(BEAT, ([, rate]) => beats.push(rate ?? 0), { signal: never() }),
  );
  beats.length = 0;
  await all.clock.advance(5_000);
  assert.equal(beats.length, 5);
  assert(beats.every((rate) => rate >= 60 && rate <= 85));
  await stop();
  await all.clock.advance(5_000);
  assert.equal(beats.length, 5);
  assert.equal(all.clock.pending, 0);
});

test("the first touch of the lock pairs, which takes a while; the second does not", async () => {
  const all = demo("lock");
  const connection = await connected(all);
  let done = false;
  const reading = connection.read(STATE, { signal: never(), mayPair: true }).finally(() => {
    done = true;
  });
  await all.clock.advance(2_000);
  assert.equal(done, false);
  assert.deepEqual(await within(all, reading), Uint8Array.of(0));
  assert.equal(all.device.state.systemBond, true);
  const again = connection.read(STATE, { signal: never() });
  await all.clock.advance(100);
  assert.deepEqual(await again, Uint8Array.of(0));
});

test("a command changes the lock and tells its subscribers", async () => {
  const all = demo("lock");
  const connection = await connected(all);
  const states: number[] = [];
  await within(
    all,
    connection.subscribe(STATE, (value) => states.push(...value), { signal: never() }),
  );
  await within(all, connection.write(COMMAND, Uint8Array.of(1), { signal: never(), response: true }));
  assert.deepEqual(states, [1]);
  assert.deepEqual(await within(all, connection.read(STATE, { signal: never() })), Uint8Array.of(1));
});

test("a bond survives a reload, and so does the permission under the same id", async () => {
  const first = demo("lock");
  const connection = await connected(first);
  await within(first, connection.read(STATE, { signal: never(), mayPair: true }));
  const [before] = await first.backend.known(never());

  const second = demo("lock", first.store);
  const [after] = await second.backend.known(never());
  assert.equal(after?.id, before?.id);
  assert(after !== undefined);
  const again = await within(second, after.connect(never()));
  second.device.failNext("pair", { kind: "pairing-failed", reason: "declined-by-peer" });
  assert.deepEqual(await within(second, again.read(STATE, { signal: never() })), Uint8Array.of(0));
});

test("a device that lost its bond is refused for ever, until the system's bond is removed", async () => {
  const all = demo("lost-bond");
  const connection = await connected(all);
  const refused = { kind: "access-refused", why: "not-authorized", ambiguous: false };
  assert.deepEqual(await failure(within(all, connection.read(FROM_NUM, { signal: never() }))), refused);
  assert.deepEqual(await failure(within(all, connection.read(FROM_NUM, { signal: never() }))), refused);
  all.device.removeSystemBond();
  assert.deepEqual(await connection.closed, { by: "peer" });
  const [peer] = await all.backend.known(never());
  assert(peer !== undefined);
  const again = await within(all, peer.connect(never()));
  assert.equal((await within(all, again.read(FROM_NUM, { signal: never() }))).length, 4);
});

test("a device out of range is chosen but not reached, and its permission stays", async () => {
  const all = demo("far-away");
  const peer = await all.backend.choose(ANY, never());
  assert.deepEqual(await failure(within(all, peer.connect(never()))), {
    kind: "unreachable",
    detail: "attempt-failed",
  });
  assert.equal((await all.backend.known(never())).length, 1);
  all.device.setInRange(true);
  await using connection = await within(all, peer.connect(never()));
  assert.equal((await within(all, connection.discover(never()))).services.length, 2);
});

test("going out of range drops the link", async () => {
  const all = demo("lock");
  const connection = await connected(all);
  all.device.setInRange(false);
  assert.deepEqual(await connection.closed, { by: "peer" });
});

test("a script decides what fails next, once", async () => {
  const all = demo("heart-rate");
  all.device.failNext("connect", { kind: "unreachable", detail: "unknown" });
  const peer = await all.backend.choose(ANY, never());
  assert.equal((await failure(within(all, peer.connect(never())))).kind, "unreachable");
  const connection = await within(all, peer.connect(never()));
  all.device.failNext("discover", { kind: "att-error" });
  assert.equal((await failure(within(all, connection.discover(never())))).kind, "att-error");
  assert.equal((await within(all, connection.discover(never()))).services.length, 3);
});

test("a failed pairing leaves no bond", async () => {
  const all = demo("lock");
  const connection = await connected(all);
  all.device.failNext("pair", { kind: "pairing-failed", reason: "os-canceled" });
  assert.deepEqual(await failure(within(all, connection.read(STATE, { signal: never(), mayPair: true }))), {
    kind: "pairing-failed",
    reason: "os-canceled",
  });
  assert.equal(all.device.state.systemBond, false);
});

test("choosing again after forgetting gives a new id: ids are hints", async () => {
  const all = demo("lock");
  const first = await all.backend.choose(ANY, never());
  await first.forget(never());
  const second = await all.backend.choose(ANY, never());
  assert.notEqual(second.id, first.id);
  assert.equal(second.name, first.name);
});

test("what a property does not allow is refused by name", async () => {
  const all = demo("lock");
  const connection = await connected(all);
  assert.deepEqual(await failure(within(all, connection.read(COMMAND, { signal: never() }))), {
    kind: "access-refused",
    why: "not-permitted",
    ambiguous: false,
  });
  const listening = connection.subscribe(COMMAND, () => {}, { signal: never() });
  assert.deepEqual(await failure(within(all, listening)), { kind: "not-supported", what: "operation" });
  const long = connection.write(COMMAND, new Uint8Array(513), { signal: never(), response: true });
  assert.deepEqual(await failure(long), { kind: "invalid-length" });
});

for (const [what, text] of [
  ["no JSON", "{"],
  ["another shape", '{"lock":{"id":7,"chosen":"x"}}'],
  ["a list", "[1,2,3]"],
  ["a negative count", '{"lock":{"id":null,"chosen":-1,"inRange":true,"systemBond":true,"deviceBond":true}}'],
  [
    "a very long id",
    `{"lock":{"id":"${"x".repeat(101)}","chosen":1,"inRange":true,"systemBond":true,"deviceBond":true}}`,
  ],
  ["a very long text", `{"a":"${"x".repeat(20_000)}"}`],
] as const) {
  test(`a memory that holds ${what} counts as none`, async () => {
    const store = new TextItems();
    store.setItem("bondkeeper.demo.v1", text);
    const { backend, device } = demo("lock", store);
    assert.deepEqual(await backend.known(never()), []);
    assert.equal(device.state.systemBond, false);
  });
}

test("a store that refuses costs the demo only its memory", async () => {
  const clock = new ManualClock();
  const refuses = (): never => {
    throw new DOMException("The quota has been exceeded.", "QuotaExceededError");
  };
  const radio = new VirtualRadio(DEMO_DEVICES, { getItem: refuses, setItem: refuses }, clock);
  const backend = new FakeBackend(radio, { timers: clock, pick: () => Promise.resolve("lock") });
  await backend.choose(ANY, never());
  assert.equal((await backend.known(never())).length, 1);
  await settle();
});
