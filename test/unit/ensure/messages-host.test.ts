import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { PROTOCOL, type KeeperMessage, keeperMessage } from "../../../src/sdk/messages.ts";
import { generateSigningKey } from "../../../src/sdk/signed-result.ts";
import { ClientHost } from "../../../src/state/ensure/client.ts";
import type { DoorEvent, Port } from "../../../src/state/ensure/door.ts";
import { ANSWER_MS } from "../../../src/state/ensure/session.ts";
import { IndexedApps } from "../../../src/storage/apps/store.ts";
import type { BondRecord } from "../../../src/storage/records.ts";
import { PROVEN } from "../../support/bond-rig.ts";
import { newProfile } from "../../support/tabs.ts";
import { until } from "../../support/until.ts";
import { settle, world } from "../state/world.ts";

beforeEach(newProfile);

const APP = "https://app.example";

class TestPort implements Port {
  readonly got: KeeperMessage[] = [];
  closed = false;
  #listener: (data: unknown) => void = () => {};
  send(message: KeeperMessage): void {
    // What does not pass the client's own check is a fault of ours.
    this.got.push(keeperMessage(structuredClone(message)));
  }
  close(): void {
    this.closed = true;
  }
  listen(listener: (data: unknown) => void): void {
    this.#listener = listener;
  }
  say(data: unknown): void {
    this.#listener(data);
  }
  answers(id: number): KeeperMessage[] {
    return this.got.filter(
      (message) => (message.kind === "result" || message.kind === "status") && message.id === id,
    );
  }
}

async function bench(bonds: readonly BondRecord[] = [PROVEN]) {
  const w = await world(bonds);
  const apps = new IndexedApps({ hostname: "bonds.example", newKey: generateSigningKey });
  const hellos: string[] = [];
  let knock: (event: DoorEvent) => void = () => {};
  let tokens = 0;
  const host = (): ClientHost => {
    const made = new ClientHost(APP, {
      app: w.app,
      pairing: null,
      apps,
      window: {
        sayHello: (origin) => hellos.push(origin) > 0,
        listen: (listener, signal) => {
          knock = listener;
          signal.addEventListener("abort", () => (knock = () => {}));
        },
      },
      newToken: () => new Uint8Array(32).fill(++tokens),
    });
    made.start();
    return made;
  };
  const connect = async (event: Partial<DoorEvent> = {}, token?: string): Promise<TestPort> => {
    const port = new TestPort();
    const data = { protocol: PROTOCOL, kind: "connect", ...(token === undefined ? {} : { token }) };
    knock({ origin: APP, fromOpener: true, data, ports: [port], ...event });
    for (let i = 0; i < 20; i++) await settle();
    return port;
  };
  const admitted = async () => {
    const client = host();
    const port = await connect();
    await until(() => client.door.view.value.kind === "asking");
    await client.door.allow();
    return { client, port };
  };
  return { ...w, apps, hellos, host, connect, admitted };
}

test("hello goes to the client's origin and says nothing; the person lets the page in", async () => {
  const { hellos, admitted } = await bench();
  const { client, port } = await admitted();
  assert.deepEqual(hellos, [APP]);
  assert.equal(client.door.view.value.kind, "open");
  const [welcome] = port.got;
  assert(welcome?.kind === "welcome");
  assert.equal(welcome.capabilities.unpairing, false);
});

test("another origin, another window, no port, two ports and other shapes are not heard", async () => {
  const { host, connect } = await bench();
  const client = host();
  const two = [new TestPort(), new TestPort()];
  await connect({ origin: "https://evil.example" });
  await connect({ origin: "null" });
  await connect({ fromOpener: false });
  await connect({ ports: [] });
  await connect({ ports: two });
  await connect({ data: { protocol: PROTOCOL, kind: "connect", token: "x" } });
  await connect({ data: { protocol: "bondkeeper.port.v0", kind: "connect" } });
  await connect({ data: "connect" });
  assert.equal(client.door.view.value.kind, "waiting");
});

test("the token of the last visit lets in without a question, once", async () => {
  const { host, connect, admitted } = await bench();
  const first = await admitted();
  const [welcome] = first.port.got;
  assert(welcome?.kind === "welcome");
  first.client.close();
  const again = host();
  const port = await connect({}, welcome.token);
  await until(() => port.got.length > 0);
  assert.deepEqual([port.got[0]?.kind, again.door.view.value.kind], ["welcome", "open"]);
  again.close();
  const replay = host();
  const late = await connect({}, welcome.token);
  await until(() => late.got.length > 0);
  assert.deepEqual(late.got, [{ kind: "refused", reason: "wrong-token" }]);
  assert(late.closed);
  assert.equal(replay.door.view.value.kind, "waiting");
});

test("a forged token is refused, and guessing ends soon", async () => {
  const { host, connect } = await bench();
  const client = host();
  for (let i = 0; i < 5; i++) {
    const port = await connect({}, `${i}`.repeat(43));
    await until(() => port.got.length > 0);
    assert.deepEqual(port.got, [{ kind: "refused", reason: "wrong-token" }]);
  }
  const port = await connect();
  assert.deepEqual([port.got, client.door.view.value.kind], [[], "waiting"]);
});

test("the person says no, and the page hears that", async () => {
  const { host, connect, apps } = await bench();
  const client = host();
  const port = await connect();
  await until(() => client.door.view.value.kind === "asking");
  client.door.refuse();
  assert.deepEqual(port.got, [{ kind: "refused", reason: "by-person" }]);
  assert.equal(await apps.get(APP), undefined);
});

test("a page whose permission was taken back has to ask again", async () => {
  const { host, connect, admitted, apps } = await bench();
  const { client, port } = await admitted();
  const [welcome] = port.got;
  assert(welcome?.kind === "welcome");
  client.close();
  await apps.remove(APP);
  host();
  const late = await connect({}, welcome.token);
  await until(() => late.got.length > 0);
  assert.deepEqual(late.got, [{ kind: "refused", reason: "wrong-token" }]);
});

test("the state of a bond is told, without a click", async () => {
  const { admitted } = await bench();
  const { port } = await admitted();
  port.say({ kind: "status", id: 1, device: "bond-1" });
  await until(() => port.answers(1).length === 1);
  const [answer] = port.answers(1);
  assert(answer?.kind === "status");
  assert.deepEqual([answer.bond?.bondId, answer.bond?.evidence], ["bond-1", "proven"]);
  assert.doesNotMatch(JSON.stringify(answer), /peer-1/);
});

test("pairing waits for the click, tells its steps, and is answered once", async () => {
  const { admitted, peer } = await bench();
  const { client, port } = await admitted();
  port.say({ kind: "pair", id: 1, device: "Lock-1", replace: false });
  port.say({ kind: "pair", id: 1, device: "Lock-1", replace: false });
  await until(() => client.session.value?.view.value.length === 1);
  assert.deepEqual(peer.calls, []);
  client.session.value?.confirm(1);
  await until(() => port.answers(1).length === 1);
  const [answer] = port.answers(1);
  assert(answer?.kind === "result");
  assert.deepEqual([answer.code, answer.success, answer.device], [0, true, "Lock-1"]);
  const steps = port.got.flatMap((message) => (message.kind === "step" ? [message.step] : []));
  assert.deepEqual(steps.slice(0, 3), ["adapter", "permission", "connect"]);
  client.session.value?.confirm(1);
  await settle();
  assert.equal(port.answers(1).length, 1);
});

test("a click on no is an answer, and so are a cancel and a time that is up", async () => {
  const { admitted, page } = await bench();
  const { client, port } = await admitted();
  for (const id of [1, 2, 3]) port.say({ kind: "unpair", id, device: "bond-1" });
  await until(() => client.session.value?.view.value.length === 3);
  client.session.value?.deny(1);
  port.say({ kind: "cancel", id: 2 });
  await settle();
  await page.clock.advance(ANSWER_MS);
  await settle();
  const codes = [1, 2, 3].map((id) => port.answers(id).map((answer) => "code" in answer && answer.code));
  assert.deepEqual(codes, [[6], [6], [6]]);
});

test("the removal of a bond whose keys are the system's is not called done", async () => {
  const { admitted } = await bench();
  const { client, port } = await admitted();
  port.say({ kind: "unpair", id: 1, device: "bond-1" });
  await until(() => client.session.value?.view.value.length === 1);
  client.session.value?.confirm(1);
  await until(() => port.answers(1).length === 1);
  const [answer] = port.answers(1);
  assert(answer?.kind === "result");
  assert.deepEqual([answer.success, answer.code], [false, 7]);
});

for (const [kind, reason, remedy] of [
  ["quota", "store-full", "free-space"],
  ["terminated", "store-unreadable", "retry"],
] as const)
  test(`a removal that cannot be noted (${kind}) is told as ${reason}, and what would help`, async () => {
    const { admitted, stores } = await bench();
    const { client, port } = await admitted();
    stores.failNext("bonds.put", { kind });
    port.say({ kind: "unpair", id: 1, device: "bond-1" });
    await until(() => client.session.value?.view.value.length === 1);
    client.session.value?.confirm(1);
    await until(() => port.answers(1).length === 1);
    const [answer] = port.answers(1);
    assert(answer?.kind === "result");
    assert.deepEqual([answer.code, answer.reason, answer.remedy], [4, reason, remedy]);
    assert.equal((await stores.bonds.get("bond-1"))?.archived, null);
  });

test("messages that do not fit are dropped, keys of prototypes with them", async () => {
  const { admitted } = await bench();
  const { client, port } = await admitted();
  const before = port.got.length;
  const hostile: unknown[] = [
    null,
    "pair",
    [],
    { kind: "__proto__", id: 1 },
    { kind: "constructor", id: 1 },
    { kind: "pair", id: 0, device: "a", replace: false },
    { kind: "pair", id: 1.5, device: "a", replace: false },
    { kind: "pair", id: 1, device: "x".repeat(10_000), replace: false },
    { kind: "pair", id: 1, device: "a", replace: "yes" },
    { kind: "pair", id: 1, device: "a", replace: false, level: "none" },
    JSON.parse('{"kind":"pair","id":1,"device":"a","__proto__":{"replace":true}}'),
    { kind: "respond", id: 1, passkey: "12345" },
    { kind: "export", id: 1 },
  ];
  for (const message of hostile) port.say(message);
  await settle();
  assert.equal(port.got.length, before);
  assert.deepEqual(client.session.value?.view.value, []);
  assert.equal(Object.hasOwn(Object.prototype, "replace"), false);
});

test("too many open requests are refused, and a flood ends the session with every request answered", async () => {
  const { admitted } = await bench();
  const { client, port } = await admitted();
  for (let id = 1; id <= 9; id++) port.say({ kind: "pair", id, device: "bond-1", replace: false });
  const [ninth] = port.answers(9);
  assert(ninth?.kind === "result");
  assert.equal(ninth.reason, "held-elsewhere");
  for (let i = 0; i < 100; i++) port.say({ kind: "nothing" });
  assert(port.closed);
  assert(client.session.value?.closed);
  for (let id = 1; id <= 9; id++) assert.equal(port.answers(id).length, 1);
});

test("closing the window answers what is open", async () => {
  const { admitted } = await bench();
  const { client, port } = await admitted();
  port.say({ kind: "pair", id: 1, device: "bond-1", replace: true });
  client.close();
  assert.equal(port.answers(1).length, 1);
  assert(port.closed);
});

test("a passkey that nobody asked for goes nowhere", async () => {
  const { admitted, peer } = await bench();
  const { client, port } = await admitted();
  peer.plan("connect", "hang");
  port.say({ kind: "pair", id: 1, device: "bond-1", replace: false });
  client.session.value?.confirm(1);
  await settle();
  port.say({ kind: "respond", id: 1, passkey: "123456" });
  port.say({ kind: "cancel", id: 1 });
  await settle();
  assert.equal(port.answers(1).length, 1);
  assert.doesNotMatch(JSON.stringify(port.got), /123456/);
});

test("a stored table is cleared without a click: it can be asked for again", async () => {
  const { admitted, stores } = await bench();
  const { port } = await admitted();
  port.say({ kind: "clear-cache", id: 1, device: "bond-1" });
  port.say({ kind: "clear-cache", id: 2, device: "nobody" });
  await until(() => port.answers(2).length === 1);
  assert(stores.calls.includes("gatt.clear"));
  const codes = [1, 2].map((id) => port.answers(id).map((answer) => "code" in answer && answer.code));
  assert.deepEqual(codes, [[0], [1]]);
});
