import type { LinkSecurity } from "../att/attribute.ts";
import type { AttBearer } from "../att/bearer.ts";
import { encode } from "../codec/codec.ts";
import { u16 } from "../codec/integers.ts";
import { reversed } from "../codec/bytes.ts";
import type { Uuid } from "../codec/uuid.ts";
import type { Bytes, Clock } from "../ports.ts";
import {
  buildDatabase,
  type GattDatabase,
  type GattServerClient,
  type ServedCharacteristic,
  type ServiceDefinition,
} from "./database.ts";
import { hashMessage } from "./database-hash.ts";
import { ServedLink } from "./served-link.ts";
import {
  APPEARANCE,
  CENTRAL_ADDRESS_RESOLUTION,
  CLIENT_SUPPORTED_FEATURES,
  DATABASE_HASH,
  DEVICE_NAME,
  GENERIC_ACCESS,
  GENERIC_ATTRIBUTE,
  SERVICE_CHANGED,
} from "./uuids.ts";

export interface GattServerOptions {
  /** UTF-8, at most 248 octets. */
  readonly deviceName: Bytes;
  readonly appearance?: number;
  readonly services: readonly ServiceDefinition[];
  /** AES-CMAC under a key of zeros, most significant octet first. */
  readonly cmac: (message: Bytes) => Bytes;
  readonly clock: Clock;
  /** 517 by default: one whole value of 512 octets. */
  readonly maxMtu?: number;
}

/** What a bonded client left with us; to be kept with the bond and handed back when it returns. */
export interface RememberedClient {
  readonly configurations: readonly (readonly [handle: number, bits: number])[];
  readonly features: number;
  /** The hash that it knew; another one now makes it change-unaware. */
  readonly hash: Bytes;
}

export interface ClientContext {
  security(): LinkSecurity;
  /** Of a bonded client that was here before. */
  readonly remembered?: RememberedClient;
}

const FEATURE_BITS = 0x07;

/** The attributes of this device, served to every link. GAP and GATT services come first and by themselves. */
export class GattServer {
  readonly clock: Clock;
  readonly maxMtu: number;
  /**
   * Central Address Resolution (Vol 3 Part C 12.4): whether advertising that is directed to a private address of ours
   * reaches us. Whoever owns the controller says so.
   */
  resolvesAddresses = false;
  readonly #options: GattServerOptions;
  readonly #links = new Set<ServedLink>();
  #database: GattDatabase;
  #hash: Bytes;

  constructor(options: GattServerOptions) {
    this.#options = options;
    this.clock = options.clock;
    this.maxMtu = options.maxMtu ?? 517;
    this.#database = this.#build(options.services);
    this.#hash = this.#hashOf(this.#database);
  }

  get database(): GattDatabase {
    return this.#database;
  }

  /** 16 octets as they go on the air. */
  get hash(): Bytes {
    return this.#hash;
  }

  /** Serves one bearer until its link ends; `detach` the result then. */
  attach(bearer: AttBearer, context: ClientContext): ServedLink {
    const link = new ServedLink(this, bearer, context);
    this.#links.add(link);
    return link;
  }

  /** `cause` reaches whoever waits for a confirmation of this client. */
  detach(link: ServedLink, cause: Error): void {
    this.#links.delete(link);
    link.end(cause);
  }

  /** The first characteristic with this UUID. */
  characteristic(uuid: Uuid): ServedCharacteristic | undefined {
    return this.#database.byUuid.get(uuid);
  }

  /** To every client that turned it on and may read it. Resolves when all were sent. */
  notify(uuid: Uuid, value: Bytes): Promise<void> {
    const characteristic = this.characteristic(uuid);
    if (characteristic === undefined)
      return Promise.reject(new Error(`Cannot notify ${uuid}: not in the database`));
    const sent = Array.from(this.#links, (link) => link.notify(characteristic, value));
    const [only] = sent;
    return only !== undefined && sent.length === 1 ? only : Promise.all(sent).then(() => {});
  }

  /** Another set of services: clients are told by Service Changed, and by 0x12 where they asked for that. */
  replaceServices(services: readonly ServiceDefinition[]): void {
    this.#database = this.#build(services);
    this.#hash = this.#hashOf(this.#database);
    for (const link of this.#links) link.databaseChanged();
  }

  #build(services: readonly ServiceDefinition[]): GattDatabase {
    return buildDatabase([this.#genericAccess(), this.#genericAttribute(), ...services]);
  }

  #hashOf(database: GattDatabase): Bytes {
    const nobody: GattServerClient = { configurations: new Map(), features: 0 };
    return reversed(this.#options.cmac(hashMessage(database.attributes, nobody)));
  }

  #genericAccess(): ServiceDefinition {
    const { deviceName, appearance = 0 } = this.#options;
    return {
      uuid: GENERIC_ACCESS,
      characteristics: [
        { uuid: DEVICE_NAME, properties: ["read"], value: { read: () => deviceName } },
        { uuid: APPEARANCE, properties: ["read"], value: { read: () => encode(u16, appearance) } },
        {
          uuid: CENTRAL_ADDRESS_RESOLUTION,
          properties: ["read"],
          value: { read: () => Uint8Array.of(this.resolvesAddresses ? 1 : 0) },
        },
      ],
    };
  }

  #genericAttribute(): ServiceDefinition {
    return {
      uuid: GENERIC_ATTRIBUTE,
      characteristics: [
        { uuid: SERVICE_CHANGED, properties: ["indicate"], value: {} },
        {
          uuid: CLIENT_SUPPORTED_FEATURES,
          properties: ["read", "write"],
          value: {
            read: ({ features }) => Uint8Array.of(features),
            write: (client, value) => {
              client.features |= (value[0] ?? 0) & FEATURE_BITS;
            },
          },
        },
        { uuid: DATABASE_HASH, properties: ["read"], value: { read: () => this.#hash } },
      ],
    };
  }
}
