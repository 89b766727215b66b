/**
 * The npm package ble-host as an independent host: nobody of this project wrote it, so it shares none of our mistakes.
 * Typed only as far as the tests use it.
 */
import { EventEmitter } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Transport } from "../../hci/transport/transport.ts";
import { headerLength, PacketIndicator } from "../../hci/transport/packet.ts";

export interface Level {
  readonly mitm: boolean;
  readonly sc: boolean;
  readonly keySize: number;
}

export interface PairingFeatures {
  readonly ioCap?: number;
  readonly bondingFlags?: number;
  readonly mitm?: boolean;
  readonly sc?: boolean;
}

export interface Smp extends EventEmitter {
  readonly isEncrypted: boolean;
  readonly isBonded: boolean;
  readonly hasLtk: boolean;
  readonly currentEncryptionLevel: Level | null;
  sendPairingRequest(features: PairingFeatures): void;
  sendPairingFailed(reason: number): void;
  sendSecurityRequest(bond: boolean, mitm: boolean, sc: boolean, keypress: boolean): void;
  startEncryption(): boolean;
}

export interface RemoteCharacteristic extends EventEmitter {
  readonly uuid: string;
  read(callback: (error: number, value: Buffer) => void): void;
  write(value: Buffer, callback: (error: number) => void): void;
  writeWithoutResponse(value: Buffer): void;
  writeCCCD(notifications: boolean, indications: boolean, callback: (error: number) => void): void;
  discoverDescriptors(callback: () => void): void;
}

export interface RemoteService {
  readonly uuid: string;
  discoverCharacteristics(callback: (characteristics: readonly RemoteCharacteristic[]) => void): void;
}

export interface Gatt {
  readonly currentMtu: number;
  exchangeMtu(callback: (error: number) => void): void;
  discoverAllPrimaryServices(callback: (services: readonly RemoteService[]) => void): void;
  discoverAllPrimaryServices(callback: (services: readonly RemoteService[]) => void): void;
  discoverServicesByUuid(
    uuid: string,
    most: number,
    callback: (services: readonly RemoteService[]) => void,
  ): void;
}

export interface Connection extends EventEmitter {
  readonly peerAddress: string;
  /** Null for a private address that none of its bonds resolves. */
  readonly peerIdentityAddress: string | null;
  readonly smp: Smp;
  readonly gatt: Gatt;
  disconnect(): void;
}

export interface LocalCharacteristic {
  readonly uuid: string;
  readonly properties: readonly string[];
  readonly readPerm?: string;
  value?: string | Buffer;
  onRead?: (connection: Connection, callback: (error: number, value: string | Buffer) => void) => void;
  onWrite?: (
    connection: Connection,
    needsResponse: boolean,
    value: Buffer,
    callback: (error: number) => void,
  ) => void;
  onSubscriptionChange?: (connection: Connection, notification: boolean) => void;
  /** Added by the library. */
  notify?: (connection: Connection, value: string | Buffer) => void;
}

export interface Report {
  readonly address: string;
  readonly addressType: "public" | "random";
  readonly rssi: number;
  readonly parsedDataItems: { readonly localName?: string };
}

export interface Manager extends EventEmitter {
  readonly gattDb: {
    setDeviceName(name: string): void;
    addServices(
      services: readonly {
        readonly uuid: string;
        readonly characteristics: readonly LocalCharacteristic[];
      }[],
    ): void;
  };
  setAdvertisingData(data: Buffer): void;
  startAdvertising(parameters: object, callback: (status: number, connection: Connection) => void): void;
  startScan(parameters: object): EventEmitter & { stopScan(): void };
  connect(
    type: "public" | "random",
    address: string,
    parameters: object,
    callback: (connection: Connection) => void,
  ): void;
  removeBond(type: "public" | "random", address: string): void;
}

interface AdvertisingDataBuilder {
  addFlags(flags: readonly string[]): this;
  addLocalName(complete: boolean, name: string): this;
  build(): Buffer;
}

export interface BleHost {
  readonly BleManager: {
    create(
      transport: EventEmitter,
      options: object,
      callback: (error: Error | null, manager: Manager) => void,
    ): void;
  };
  readonly AdvertisingDataBuilder: new () => AdvertisingDataBuilder;
  readonly IOCapabilities: Readonly<Record<string, number>>;
  readonly AssociationModels: Readonly<Record<string, number>>;
  readonly SmpErrors: Readonly<Record<string, number>>;
}

const require = createRequire(import.meta.url);

/** A fresh copy of the library: its ECDH key and its caches are one per copy. */
export function loadBleHost(): BleHost {
  for (const path of Object.keys(require.cache)) {
    if (path.includes(join("node_modules", "ble-host"))) Reflect.deleteProperty(require.cache, path);
  }
  // The package has no types: those above say what is used of it.
  const library: BleHost = require("ble-host");
  return library;
}

/** It keeps keys under the working directory: an own, empty one. The result goes back and removes it. */
export function inEmptyDirectory(): () => void {
  const before = process.cwd();
  const directory = mkdtempSync(join(tmpdir(), "ble-host-"));
  process.chdir(directory);
  return () => {
    process.chdir(before);
    rmSync(directory, { recursive: true });
  };
}

/** Its transport: `write` takes H4 packets, `data` gives whole ones. */
class BleHostTransport extends EventEmitter {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    super();
    this.#transport = transport;
    transport.onPacket = ({ type, bytes }) => {
      const frame = Buffer.allocUnsafe(1 + bytes.length);
      frame[0] = PacketIndicator[type];
      frame.set(bytes, 1);
      this.emit("data", frame);
    };
  }

  write(octets: Buffer): void {
    const type = octets[0] === PacketIndicator.command ? "command" : "acl";
    if (octets.length < 1 + headerLength[type]) throw new Error("Cannot send: the packet has no header");
    this.#transport.send({ type, bytes: octets.subarray(1) }); // a buffer of its own for each packet
  }
}

export function startBleHost(library: BleHost, transport: Transport, options = {}): Promise<Manager> {
  const { promise, resolve, reject } = Promise.withResolvers<Manager>();
  library.BleManager.create(new BleHostTransport(transport), options, (error, manager) => {
    if (error === null) resolve(manager);
    else reject(error);
  });
  return promise;
}

/** The arguments of the next event. Rejects when it does not come in time. */
export async function nextEvent(
  emitter: EventEmitter,
  event: string,
  limitMs = 5000,
): Promise<readonly unknown[]> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly unknown[]>();
  const timer = setTimeout(() => reject(new Error(`${event} did not come within ${limitMs} ms`)), limitMs);
  emitter.once(event, (...args: readonly unknown[]) => resolve(args));
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}
