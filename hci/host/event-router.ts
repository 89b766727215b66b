import { DecodeError } from "../codec/error.ts";
import type { HciEvent } from "../codec/event.ts";
import { decodeEvent, LE_META } from "../codec/event.ts";
import type { Fields, Struct } from "../codec/struct.ts";
import type { Counters } from "./counters.ts";

interface Route {
  readonly declaration: HciEvent;
  readonly listeners: Set<(body: Struct<Fields>) => void>;
}

/** Decodes each event once and hands it to those who asked for it. */
export class EventRouter {
  readonly #counters: Counters;
  readonly #routes = new Map<number, Route>();

  constructor(counters: Counters) {
    this.#counters = counters;
  }

  /** Listeners must not throw. The result stops listening. */
  on<F extends Fields>(declaration: HciEvent<F>, listener: (body: Struct<F>) => void): () => void;
  on(declaration: HciEvent, listener: (body: Struct<Fields>) => void): () => void {
    const key = keyOf(declaration.code, declaration.subevent);
    let route = this.#routes.get(key);
    if (route === undefined) {
      route = { declaration, listeners: new Set() };
      this.#routes.set(key, route);
    }
    const { listeners } = route;
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  /** One event packet whose length octet was checked. */
  dispatch(packet: Uint8Array): void {
    const route = this.#routes.get(keyOf(packet[0] ?? 0, packet[2]));
    if (route === undefined) {
      this.#counters.unknownEvents++;
      return;
    }
    let body: Struct<Fields>;
    try {
      body = decodeEvent(route.declaration, packet);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.#counters.malformedEvents++;
      return;
    }
    for (const listener of route.listeners) listener(body);
  }
}

function keyOf(code: number, subevent: number | undefined): number {
  return code === LE_META ? (code << 8) | (subevent ?? 0) : code;
}
