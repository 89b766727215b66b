/**
 * The npm package @stoprocent/noble as another central: it discovers, reads, writes and listens. Typed only as far as the
 * bench uses it. Its socket is the one in `hci-socket/`.
 */
import type { EventEmitter } from "node:events";
import { createRequire } from "node:module";
import type { Transport } from "../../hci/transport/transport.ts";

export interface NobleCharacteristic extends EventEmitter {
  /** Four digits, or 32 without dashes. */
  readonly uuid: string;
  readAsync(): Promise<Buffer>;
  write(value: Buffer, withoutResponse: boolean): void;
  subscribeAsync(): Promise<unknown>;
  discoverDescriptorsAsync(): Promise<readonly unknown[]>;
}

export interface NobleService {
  readonly uuid: string;
  readonly characteristics: readonly NobleCharacteristic[];
  discoverCharacteristicsAsync(uuids: readonly string[]): Promise<readonly NobleCharacteristic[]>;
}

export interface NoblePeripheral extends EventEmitter {
  /** Null until it is agreed upon. */
  readonly mtu: number | null;
  discoverServicesAsync(uuids: readonly string[]): Promise<readonly NobleService[]>;
  disconnectAsync(): Promise<void>;
}

export interface Noble extends EventEmitter {
  waitForPoweredOnAsync(limitMs: number): Promise<void>;
  connectAsync(
    address: string,
    options: { readonly addressType: string; readonly mtu: number },
  ): Promise<NoblePeripheral>;
  stop(): void;
}

interface Library {
  withBindings(kind: "hci", options: object): Noble;
}

const require = createRequire(import.meta.url);

/** False where `npm ci` has not brought it. */
export function nobleIsInstalled(): boolean {
  try {
    return require.resolve("@stoprocent/noble") !== "";
  } catch {
    return false;
  }
}

export function startNoble(transport: Transport): Noble {
  // Its own types name the packages of every platform: those above say what is used of it.
  const library: Library = require("@stoprocent/noble");
  return library.withBindings("hci", { userChannel: true, bindParams: { transport } });
}
