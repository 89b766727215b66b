import { fromController, fromHost, H4Transport } from "../transport/h4-transport.ts";
import type { Transport } from "../transport/transport.ts";
import { TransportError } from "../transport/transport.ts";
import type { Random } from "./random.ts";

export interface CableOptions {
  readonly random: Random;
  /** Octets per chunk at most. */
  readonly longestChunk: number;
  /** The packet towards the host, counted from 1, whose type octet arrives broken. */
  readonly breaksAt?: number;
}

const BROKEN_TYPE = 0x77;

/** A serial cable in memory: H4 in both directions, its octets dribbling in chunks of any size. */
export function h4Cable(options: CableOptions): { readonly host: Transport; readonly controller: Transport } {
  const { random, longestChunk } = options;
  let packets = 0;
  const wire = (receiver: () => H4Transport, broken: (octets: Uint8Array) => Uint8Array) => ({
    write(octets: Uint8Array): void {
      const sent = broken(octets);
      void Promise.resolve().then(() =>
        dribble(sent, random, longestChunk, (chunk) => receiver().receive(chunk)),
      );
    },
    close(): void {
      receiver().fail(new TransportError("Cannot go on: the cable was pulled"));
    },
  });
  const host: H4Transport = new H4Transport(
    wire(
      () => controller,
      (octets) => octets,
    ),
    fromController,
  );
  const controller: H4Transport = new H4Transport(
    wire(
      () => host,
      (octets) => {
        packets++;
        return packets === options.breaksAt ? Uint8Array.of(BROKEN_TYPE, ...octets.subarray(1)) : octets;
      },
    ),
    fromHost,
  );
  return { host, controller };
}

function dribble(
  octets: Uint8Array,
  random: Random,
  longestChunk: number,
  deliver: (chunk: Uint8Array) => void,
): void {
  for (let offset = 0; offset < octets.length; ) {
    const end = offset + 1 + random.below(longestChunk);
    deliver(octets.slice(offset, end));
    offset = end;
  }
}
