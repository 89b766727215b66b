import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { firstKeyOf } from "../../../src/sdk/ensure-link.ts";
import { KeeperGone } from "../../../src/sdk/keeper-port.ts";
import {
  ensureInWindow,
  type OpeningPage,
  openKeeper,
  type PageMessage,
} from "../../../src/sdk/keeper-window.ts";
import { clientMessage, type ClientMessage, connectCheck, PROTOCOL } from "../../../src/sdk/messages.ts";
import { settle } from "../../support/manual-clock.ts";
import { Installation } from "../../support/sdk/installation.ts";

const KEEPER = "https://keeper.example/";
const ORIGIN = "https://keeper.example";
const never = new AbortController().signal;
const token = "t".repeat(43);
const capabilities = {
  transport: "dongle",
  pairing: "explicit",
  unpairing: true,
  cacheClearing: true,
  links: 0,
  maxLinks: 3,
} as const;
const welcome = { kind: "welcome", token, capabilities, appVersion: "0.1.0" } as const;

const ports: MessagePort[] = [];
afterEach(() => {
  for (const port of ports.splice(0)) port.close();
});

/** Both ends: the page that opens, and the window of Bondkeeper, whose behaviour a test writes. */
class Desk implements OpeningPage {
  readonly origin = "https://consumer.example";
  readonly kept = new Map<string, string>();
  readonly tokens = {
    getItem: (name: string) => this.kept.get(name) ?? null,
    setItem: (name: string, value: string) => void this.kept.set(name, value),
    removeItem: (name: string) => void this.kept.delete(name),
  };
  readonly window = {
    closed: false,
    postMessage: (data: unknown, options: { targetOrigin: string; transfer: Transferable[] }) => {
      assert.equal(options.targetOrigin, ORIGIN, "told to that origin and no other");
      const [port] = options.transfer;
      assert.ok(port instanceof MessagePort);
      ports.push(port);
      this.connected.resolve({ message: connectCheck(data), port });
    },
    close: () => {
      this.window.closed = true;
    },
  };
  readonly connected = Promise.withResolvers<{
    message: ReturnType<typeof connectCheck>;
    port: MessagePort;
  }>();
  blocked = false;
  link = "";
  readonly #listeners = new Set<(message: PageMessage) => void>();
  readonly #often = new Set<() => void>();

  open(href: string) {
    this.link = href;
    return this.blocked ? null : this.window;
  }

  onMessage(listener: (message: PageMessage) => void, signal: AbortSignal): void {
    this.#listeners.add(listener);
    signal.addEventListener("abort", () => this.#listeners.delete(listener));
  }

  often(listener: () => void, signal: AbortSignal): void {
    this.#often.add(listener);
    signal.addEventListener("abort", () => this.#often.delete(listener));
  }

  get watched(): number {
    return this.#listeners.size + this.#often.size;
  }

  say(data: unknown, change: Partial<PageMessage> = {}): void {
    for (const listener of this.#listeners)
      listener({ data, origin: ORIGIN, source: this.window, ...change });
  }

  pass(): void {
    for (const listener of this.#often) listener();
  }

  parameter(name: string): string {
    return new URLSearchParams(new URL(this.link).hash.slice(1)).get(name) ?? "";
  }
}

/** The other end of an open port, and what it hears. */
async function linked() {
  const desk = new Desk();
  const opening = openKeeper(KEEPER, desk, never);
  desk.say({ protocol: PROTOCOL, kind: "hello" });
  const { port } = await desk.connected.promise;
  const heard: ClientMessage[] = [];
  port.addEventListener("message", ({ data }) => heard.push(clientMessage(data)));
  port.start();
  port.postMessage(welcome, []);
  const client = await opening;
  const next = async (count: number): Promise<ClientMessage> => {
    while (heard.length < count) await settle();
    const message = heard[count - 1];
    assert.ok(message);
    return message;
  };
  return { desk, port, client, heard, next };
}

const result = (id: number, change: object = {}) => ({
  kind: "result",
  id,
  device: "lock",
  success: true,
  code: 0,
  name: "ok",
  reason: null,
  remedy: "continue",
  ...change,
});

test("ensureInWindow opens the link with origin and nonce, and believes the signed answer of that window", async () => {
  const [desk, keeper] = [new Desk(), await Installation.create()];
  const keyFor = firstKeyOf(KEEPER, desk.tokens);
  const asking = ensureInWindow({ keeper: KEEPER, device: "lock" }, { page: desk, keyFor }, never);
  assert.equal(desk.parameter("client"), desk.origin);
  const signed = await keeper.sign({ nonce: desk.parameter("nonce") });
  const ensured = { protocol: PROTOCOL, kind: "ensured", result: signed, publicKey: keeper.publicKey };
  desk.say(ensured, { origin: "https://evil.example" });
  desk.say(ensured, { source: {} });
  desk.say({ ...ensured, kind: "something" });
  await settle();
  assert.equal(desk.window.closed, false, "none of these was an answer");
  desk.say(ensured);
  assert.equal((await asking).code, 0);
  assert.equal(desk.window.closed, true);
  assert.equal(desk.watched, 0, "nobody listens any more");
});

test("an answer to another question is refused", async () => {
  const [desk, keeper] = [new Desk(), await Installation.create()];
  const asking = ensureInWindow(
    { keeper: KEEPER, device: "lock" },
    { page: desk, keyFor: () => keeper.publicKey },
    never,
  );
  desk.say({ protocol: PROTOCOL, kind: "ensured", result: await keeper.sign(), publicKey: keeper.publicKey });
  await assert.rejects(asking, { refusal: "other-nonce" });
});

test("a blocked window, a closed one and a cancelled wait each have their name", async () => {
  const desk = new Desk();
  const keyFor = () => "";
  desk.blocked = true;
  const question = { keeper: KEEPER, device: "lock" };
  await assert.rejects(ensureInWindow(question, { page: desk, keyFor }, never), { why: "blocked" });
  desk.blocked = false;
  const asking = ensureInWindow(question, { page: desk, keyFor }, never);
  desk.pass();
  desk.window.closed = true;
  desk.pass();
  await assert.rejects(asking, { name: "KeeperUnavailable", why: "closed" });
  const abort = new AbortController();
  const waiting = ensureInWindow(question, { page: desk, keyFor }, abort.signal);
  abort.abort(new Error("enough"));
  await assert.rejects(waiting, /enough/u);
  assert.equal(desk.watched, 0);
});

test("openKeeper waits for hello, shows the token of an earlier visit, and keeps the new one", async () => {
  const desk = new Desk();
  desk.kept.set(`bondkeeper.token:${ORIGIN}`, "o".repeat(43));
  const opening = openKeeper(KEEPER, desk, never);
  desk.say({ protocol: PROTOCOL, kind: "hello" }, { origin: "https://evil.example" });
  desk.say({ protocol: "other", kind: "hello" });
  desk.say({ protocol: PROTOCOL, kind: "hello" });
  const { message, port } = await desk.connected.promise;
  assert.deepEqual(message, { protocol: PROTOCOL, kind: "connect", token: "o".repeat(43) });
  port.postMessage(welcome, []);
  const client = await opening;
  assert.deepEqual(client.capabilities, capabilities);
  assert.equal(desk.kept.get(`bondkeeper.token:${ORIGIN}`), token);
  client.close();
  assert.equal(desk.window.closed, true);
});

test("a refusal has its reason, and a token that is wrong is thrown away", async () => {
  for (const reason of ["by-person", "wrong-token", "not-allowed"] as const) {
    const desk = new Desk();
    desk.kept.set(`bondkeeper.token:${ORIGIN}`, token);
    const opening = openKeeper(KEEPER, desk, never);
    desk.say({ protocol: PROTOCOL, kind: "hello" });
    const { port } = await desk.connected.promise;
    port.postMessage({ kind: "refused", reason }, []);
    await assert.rejects(opening, { name: "KeeperUnavailable", why: reason });
    assert.equal(desk.kept.size, reason === "wrong-token" ? 0 : 1);
    assert.equal(desk.window.closed, true);
  }
});

test("pair: steps are told, the passkey is given when it is wanted, and one answer ends it", async () => {
  const { port, client, next } = await linked();
  const steps: string[] = [];
  const asked = client.pair(
    "lock",
    {
      level: "authenticated",
      passkey: () => "123456",
      onStep: (step, status) => steps.push(`${step} ${status}`),
    },
    never,
  );
  assert.deepEqual(await next(1), {
    kind: "pair",
    id: 1,
    device: "lock",
    replace: false,
    level: "authenticated",
  });
  port.postMessage({ kind: "step", id: 1, step: "pair", status: "started" }, []);
  port.postMessage({ kind: "passkey-wanted", id: 1 }, []);
  assert.deepEqual(await next(2), { kind: "respond", id: 1, passkey: "123456" });
  port.postMessage(result(1), []);
  port.postMessage(result(1, { success: false, code: 2 }), []);
  assert.equal((await asked).success, true);
  assert.deepEqual(steps, ["pair started"]);
  client.close();
});

test("a page without the passkey says so, and the person types it in Bondkeeper", async () => {
  const { port, client, next } = await linked();
  const asked = client.pair("lock", {}, never);
  port.postMessage({ kind: "passkey-wanted", id: 1 }, []);
  assert.deepEqual(await next(2), { kind: "respond", id: 1, passkey: null });
  port.postMessage(result(1), []);
  await asked;
  client.close();
});

test("unpair, clearCache and status are requests of their own, answered in any order", async () => {
  const { port, client, next } = await linked();
  const work = [client.unpair("lock", never), client.clearCache("lock", never)] as const;
  const status = client.status(undefined, never);
  assert.deepEqual(await next(3), { kind: "status", id: 3 });
  port.postMessage({ kind: "status", id: 3, capabilities, bond: null }, []);
  port.postMessage(result(2, { name: "cleared" }), []);
  port.postMessage(result(1, { name: "removed" }), []);
  assert.deepEqual(
    (await Promise.all(work)).map(({ name }) => name),
    ["removed", "cleared"],
  );
  assert.equal((await status).bond, null);
  client.close();
});

test("what does not fit, or answers nothing that was asked, is dropped", async () => {
  const { port, client } = await linked();
  const asked = client.unpair("lock", never);
  for (const nonsense of [null, "x", { kind: "result", id: 1 }, result(9), { kind: "__proto__" }, welcome])
    port.postMessage(nonsense, []);
  port.postMessage(result(1), []);
  assert.equal((await asked).code, 0);
  client.close();
});

test("a request that is cancelled ends at once, is cancelled there too, and its late answer is nobody's", async () => {
  const { port, client, next } = await linked();
  const abort = new AbortController();
  const asked = client.pair("lock", {}, abort.signal);
  abort.abort(new Error("enough"));
  await assert.rejects(asked, /enough/u);
  assert.deepEqual(await next(2), { kind: "cancel", id: 1 });
  port.postMessage(result(1), []);
  await assert.rejects(client.pair("lock", {}, AbortSignal.abort()), { name: "AbortError" });
  client.close();
});

test("a passkey callback that fails cancels the pairing", async () => {
  const { port, client, next } = await linked();
  const asked = client.pair("lock", { passkey: () => Promise.reject(new Error("no code here")) }, never);
  port.postMessage({ kind: "passkey-wanted", id: 1 }, []);
  await assert.rejects(asked, /no code here/u);
  assert.deepEqual(await next(2), { kind: "cancel", id: 1 });
  client.close();
});

test("a window that is closed ends every request and all that follow", async () => {
  const { desk, client } = await linked();
  const asked = client.status("lock", never);
  desk.window.closed = true;
  desk.pass();
  await assert.rejects(asked, KeeperGone);
  await assert.rejects(client.unpair("lock", never), { name: "KeeperGone" });
  assert.equal(desk.watched, 0);
});
