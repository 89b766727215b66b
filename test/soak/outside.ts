/** What works beside a room's clock in a page: the database and the browser's cryptography. */
import type { HciWorld } from "../support/hci-world.ts";

const METHODS = [
  "digest",
  "encrypt",
  "decrypt",
  "generateKey",
  "importKey",
  "exportKey",
  "wrapKey",
  "unwrapKey",
  "deriveBits",
  "deriveKey",
] as const;

/** Time in the room stands still until they are done; the result ends that. */
export function countOutside(world: HciWorld): () => void {
  const { subtle } = globalThis.crypto;
  for (const name of METHODS) {
    const real: unknown = subtle[name].bind(subtle);
    if (typeof real !== "function") continue;
    const counted = (...args: readonly unknown[]): unknown => {
      const result: unknown = Reflect.apply(real, undefined, args);
      return result instanceof Promise ? world.outside(result) : result;
    };
    Object.defineProperty(subtle, name, { value: counted, configurable: true, writable: true });
  }
  const begin = Object.getOwnPropertyDescriptor(IDBDatabase.prototype, "transaction");
  const open = Object.getOwnPropertyDescriptor(IDBFactory.prototype, "open");
  const transaction: unknown = begin?.value;
  const opening: unknown = open?.value;
  if (
    typeof transaction !== "function" ||
    typeof opening !== "function" ||
    begin === undefined ||
    open === undefined
  )
    throw new Error("Cannot count transactions: fake-indexeddb has changed");
  IDBDatabase.prototype.transaction = function (...args) {
    const tx: unknown = Reflect.apply(transaction, this, args);
    if (!(tx instanceof IDBTransaction)) throw new Error("Cannot count transactions: it is none");
    void world.outside(settled(tx, ["complete", "abort"]));
    return tx;
  };
  IDBFactory.prototype.open = function (...args) {
    const request: unknown = Reflect.apply(opening, this, args);
    if (!(request instanceof IDBOpenDBRequest)) throw new Error("Cannot count requests: it is none");
    void world.outside(settled(request, ["success", "error"]));
    return request;
  };
  return () => {
    for (const name of METHODS) Reflect.deleteProperty(subtle, name);
    Object.defineProperty(IDBDatabase.prototype, "transaction", begin);
    Object.defineProperty(IDBFactory.prototype, "open", open);
  };
}

function settled(target: EventTarget, ends: readonly string[]): Promise<void> {
  return new Promise((resolve) => {
    for (const end of ends) target.addEventListener(end, () => resolve(), { once: true });
  });
}
