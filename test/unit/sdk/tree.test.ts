import assert from "node:assert/strict";
import { test } from "node:test";
import { defineHandlers, TreeEvent, TreeTarget } from "../../../src/sdk/web-bluetooth/tree.ts";

class Node extends TreeTarget {
  declare onping: unknown;
  readonly #parent: Node | undefined;

  static {
    defineHandlers(this.prototype, ["ping"]);
  }

  constructor(parent?: Node) {
    super();
    this.#parent = parent;
  }

  protected override get parent(): Node | undefined {
    return this.#parent;
  }
}

function family() {
  const root = new Node();
  const middle = new Node(root);
  const leaf = new Node(middle);
  const nodes = { root, middle, leaf };
  const seen: string[] = [];
  for (const [name, node] of Object.entries(nodes)) {
    node.addEventListener("ping", (event) => seen.push(`${name} bubble ${event.eventPhase}`));
    node.addEventListener("ping", (event) => seen.push(`${name} capture ${event.eventPhase}`), true);
  }
  return { ...nodes, seen };
}

test("an event goes down through those that capture, then up, as in a document", () => {
  const { leaf, seen } = family();
  leaf.dispatchEvent(new TreeEvent("ping"));
  assert.deepEqual(seen, [
    "root capture 1",
    "middle capture 1",
    "leaf capture 2",
    "leaf bubble 2",
    "middle bubble 3",
    "root bubble 3",
  ]);
});

test("target, currentTarget and path are those of the place", () => {
  const { root, middle, leaf } = family();
  const event = new TreeEvent("ping");
  const places: boolean[] = [];
  middle.addEventListener("ping", (heard) => {
    places.push(heard === event, heard.target === leaf, heard.currentTarget === middle);
    assert.deepEqual(heard.composedPath(), [leaf, middle, root]);
  });
  leaf.dispatchEvent(event);
  assert.deepEqual(places, [true, true, true]);
  assert.equal(event.target, leaf, "it is known afterwards too");
  assert.equal(event.currentTarget, null);
  assert.equal(event.eventPhase, 0);
  assert.deepEqual(event.composedPath(), []);
});

test("stopPropagation ends the way, stopImmediatePropagation the station too", () => {
  const first = family();
  first.middle.addEventListener("ping", (event) => event.stopPropagation());
  first.middle.addEventListener("ping", () => first.seen.push("the same station"));
  first.leaf.dispatchEvent(new TreeEvent("ping"));
  assert.deepEqual(first.seen.slice(4), ["middle bubble 3", "the same station"]);

  const second = family();
  second.root.addEventListener("ping", (event) => event.stopImmediatePropagation(), true);
  second.leaf.dispatchEvent(new TreeEvent("ping"));
  assert.deepEqual(second.seen, ["root capture 1"]);
});

test("once, signal, objects with handleEvent and removal work as on the platform", () => {
  const { leaf, middle } = family();
  const calls: string[] = [];
  const end = new AbortController();
  const object = { handleEvent: () => calls.push("object") };
  middle.addEventListener("ping", () => calls.push("once"), { once: true });
  middle.addEventListener("ping", () => calls.push("once, capturing"), { once: true, capture: true });
  middle.addEventListener("ping", () => calls.push("until"), { signal: end.signal });
  middle.addEventListener("ping", object);
  middle.addEventListener("ping", object, true);
  leaf.dispatchEvent(new TreeEvent("ping"));
  assert.deepEqual(calls, ["once, capturing", "object", "once", "until", "object"]);
  calls.length = 0;
  end.abort();
  middle.removeEventListener("ping", object, true);
  leaf.dispatchEvent(new TreeEvent("ping"));
  assert.deepEqual(calls, ["object"]);
  middle.removeEventListener("ping", object);
  leaf.dispatchEvent(new TreeEvent("ping"));
  assert.deepEqual(calls, ["object"]);
});

test("an event may be sent twice, and another event from within a listener", () => {
  const { leaf, root, seen } = family();
  const event = new TreeEvent("ping");
  leaf.dispatchEvent(event);
  leaf.dispatchEvent(event);
  assert.equal(seen.length, 12);
  let inner = 0;
  root.addEventListener("pong", () => inner++);
  leaf.addEventListener("ping", () => leaf.dispatchEvent(new TreeEvent("pong")), { once: true });
  leaf.dispatchEvent(new TreeEvent("ping"));
  assert.equal(inner, 1);
});

test("a handler keeps its place among the listeners when it is replaced, and is called with its target", () => {
  const node = new Node();
  const calls: string[] = [];
  node.onping = () => calls.push("first");
  node.addEventListener("ping", () => calls.push("listener"));
  node.onping = function (this: unknown) {
    calls.push(this === node ? "second" : "wrong this");
  };
  node.dispatchEvent(new TreeEvent("ping"));
  assert.deepEqual(calls, ["second", "listener"]);
  node.onping = "no function";
  assert.equal(node.onping, null);
  node.dispatchEvent(new TreeEvent("ping"));
  assert.deepEqual(calls.slice(2), ["listener"]);
});

test("an ordinary event stays where it was sent to", () => {
  const { leaf, seen } = family();
  leaf.dispatchEvent(new Event("ping", { bubbles: true }));
  assert.deepEqual(seen, ["leaf bubble 2"]);
});
