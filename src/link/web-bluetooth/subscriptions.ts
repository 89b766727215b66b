import type { PlatformCharacteristic } from "./platform.ts";

type Listener = (value: Uint8Array) => void;

interface Feed {
  readonly listeners: Set<Listener>;
  readonly onEvent: () => void;
  /** A value that arrived while a read is open: it may be the echo of that read. */
  held: DataView | undefined;
  reading: boolean;
}

/**
 * Value changes of one connection's characteristics. The platform fires the same event for a notification and for the
 * answer to a read; the answer is told apart by its DataView, which is the very object that the read resolves with.
 */
export class Subscriptions {
  readonly #feeds = new Map<PlatformCharacteristic, Feed>();

  /** True when this is the first listener, so that the platform must be told to start. */
  add(characteristic: PlatformCharacteristic, listener: Listener): boolean {
    const known = this.#feeds.get(characteristic);
    if (known !== undefined) {
      known.listeners.add(listener);
      return false;
    }
    const feed: Feed = {
      listeners: new Set([listener]),
      onEvent: () => {
        arrived(feed, characteristic.value);
      },
      held: undefined,
      reading: false,
    };
    this.#feeds.set(characteristic, feed);
    characteristic.addEventListener("characteristicvaluechanged", feed.onEvent);
    return true;
  }

  /** True when it was the last listener, so that the platform must be told to stop. */
  remove(characteristic: PlatformCharacteristic, listener: Listener): boolean {
    const feed = this.#feeds.get(characteristic);
    if (feed === undefined || !feed.listeners.delete(listener) || feed.listeners.size > 0) return false;
    this.#feeds.delete(characteristic);
    characteristic.removeEventListener("characteristicvaluechanged", feed.onEvent);
    return true;
  }

  /** Reads without handing the answer to the listeners as if it were a notification. */
  async read(characteristic: PlatformCharacteristic): Promise<DataView> {
    const feed = this.#feeds.get(characteristic);
    if (feed === undefined) return characteristic.readValue();
    feed.reading = true;
    let answer: DataView | undefined;
    try {
      answer = await characteristic.readValue();
      return answer;
    } finally {
      feed.reading = false;
      if (feed.held !== answer) deliver(feed, feed.held);
      feed.held = undefined;
    }
  }

  /** The link is gone: nothing more is delivered. */
  clear(): void {
    for (const [characteristic, feed] of this.#feeds) {
      feed.listeners.clear();
      characteristic.removeEventListener("characteristicvaluechanged", feed.onEvent);
    }
    this.#feeds.clear();
  }
}

function arrived(feed: Feed, value: DataView | undefined): void {
  if (!feed.reading) {
    deliver(feed, value);
    return;
  }
  // The echo is the last event before the read settles, so whatever was held before it is a notification.
  deliver(feed, feed.held);
  feed.held = value;
}

function deliver(feed: Feed, value: DataView | undefined): void {
  if (value === undefined) return;
  for (const listener of feed.listeners) {
    const copy = octets(value);
    // Each in a turn of its own: a listener that throws is reported and disturbs neither the others nor a read.
    queueMicrotask(() => {
      if (feed.listeners.has(listener)) listener(copy);
    });
  }
}

/** A copy: the view may look at a part of a larger buffer that the platform uses again. */
export function octets(view: DataView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice();
}
