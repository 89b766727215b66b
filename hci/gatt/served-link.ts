import { type LinkSecurity, securityError } from "../att/attribute.ts";
import { ATT_TIMEOUT, type AttBearer } from "../att/bearer.ts";
import { AttTimeout } from "../att/errors.ts";
import { HandleValueInd, HandleValueNtf } from "../att/pdus.ts";
import { AttServer, type ServedClient } from "../att/server.ts";
import { equal } from "../codec/bytes.ts";
import { encode } from "../codec/codec.ts";
import { u16 } from "../codec/integers.ts";
import { struct } from "../codec/struct.ts";
import type { Bytes } from "../ports.ts";
import { ChangeAwareness } from "./change-awareness.ts";
import type { GattServerClient, ServedCharacteristic } from "./database.ts";
import type { ClientContext, GattServer, RememberedClient } from "./server.ts";
import { PRIMARY_SERVICE, SECONDARY_SERVICE, SERVICE_CHANGED } from "./uuids.ts";

const ROBUST_CACHING = 0x01;
const NOTIFY = 1;
const INDICATE = 2;
const NOTHING_SENT = Promise.resolve();
const serviceChangedRange = struct({ start: u16, end: u16 });

interface Indication {
  readonly handle: number;
  readonly value: Bytes;
  readonly confirmed: PromiseWithResolvers<void>;
}

/** One client of a server, on one bearer. */
export class ServedLink implements ServedClient<GattServerClient> {
  readonly client: GattServerClient;
  readonly groupTypes = [PRIMARY_SERVICE, SECONDARY_SERVICE];
  readonly #server: GattServer;
  readonly #bearer: AttBearer;
  readonly #context: ClientContext;
  readonly #awareness: ChangeAwareness;
  readonly #att: AttServer<GattServerClient>;
  readonly #indications: Indication[] = [];
  #outstanding: Indication | undefined;
  #stopTimer: () => void = () => {};

  constructor(server: GattServer, bearer: AttBearer, context: ClientContext) {
    const { remembered } = context;
    this.#server = server;
    this.#bearer = bearer;
    this.#context = context;
    this.client = {
      configurations: new Map(remembered?.configurations),
      features: remembered?.features ?? 0,
    };
    const changed = remembered !== undefined && !equal(remembered.hash, server.hash);
    this.#awareness = new ChangeAwareness(!changed);
    this.#att = new AttServer(bearer, this);
    this.#att.start();
    if (changed) this.#tellServiceChanged();
  }

  get maxMtu(): number {
    return this.#server.maxMtu;
  }

  attributes() {
    return this.#server.database.attributes;
  }

  security(): LinkSecurity {
    return this.#context.security();
  }

  admit(opcode: number, pdu: Uint8Array): number | null {
    return this.#awareness.admit(opcode, pdu, (this.client.features & ROBUST_CACHING) !== 0);
  }

  /** What to keep with the bond. */
  remember(): RememberedClient {
    return {
      configurations: [...this.client.configurations],
      features: this.client.features,
      hash: this.#server.hash,
    };
  }

  /** Sent if the client wants it, may read it, and knows the database that the handle belongs to. */
  notify(characteristic: ServedCharacteristic, value: Bytes): Promise<void> {
    const { handle } = characteristic;
    const wanted = this.client.configurations.get(handle) ?? 0;
    if (wanted === 0 || !this.#mayHear(characteristic)) return NOTHING_SENT;
    if ((wanted & NOTIFY) !== 0) return this.#bearer.sendValue(HandleValueNtf, handle, value);
    if ((wanted & INDICATE) === 0) return NOTHING_SENT;
    return this.#indicate(handle, value.slice(0, this.#bearer.mtu - 3));
  }

  databaseChanged(): void {
    this.#awareness.databaseChanged();
    this.#tellServiceChanged();
  }

  confirmed(): void {
    const indication = this.#outstanding;
    if (indication === undefined) return;
    this.#stopTimer();
    this.#outstanding = undefined;
    if (indication.handle === this.#server.characteristic(SERVICE_CHANGED)?.handle)
      this.#awareness.serviceChangedConfirmed();
    indication.confirmed.resolve();
    this.#nextIndication();
  }

  /** The link ended: releases everybody who waits for a confirmation. */
  end(cause: Error): void {
    this.#stopTimer();
    const open = this.#outstanding === undefined ? [] : [this.#outstanding];
    this.#outstanding = undefined;
    for (const { confirmed } of [...open, ...this.#indications.splice(0)]) confirmed.reject(cause);
  }

  #mayHear({ notifyNeed }: ServedCharacteristic): boolean {
    const held = (this.client.features & ROBUST_CACHING) !== 0 && !this.#awareness.aware;
    return !held && securityError(notifyNeed, this.security()) === null;
  }

  #tellServiceChanged(): void {
    const changed = this.#server.characteristic(SERVICE_CHANGED);
    if (changed === undefined || this.client.configurations.get(changed.handle) !== INDICATE) return;
    const value = encode(serviceChangedRange, { start: 1, end: 0xffff });
    // It fails only when the link ends, and then it is told again at the next connection.
    this.#indicate(changed.handle, value).catch(() => {});
  }

  /** One at a time (Vol 3 Part F 3.3.2). Resolves when the client confirmed. */
  #indicate(handle: number, value: Bytes): Promise<void> {
    const confirmed = Promise.withResolvers<void>();
    this.#indications.push({ handle, value, confirmed });
    this.#nextIndication();
    return confirmed.promise;
  }

  #nextIndication(): void {
    if (this.#outstanding !== undefined) return;
    const next = this.#indications.shift();
    if (next === undefined) return;
    this.#outstanding = next;
    this.#stopTimer = this.#server.clock.after(ATT_TIMEOUT, () => this.#timeOut());
    this.#bearer.send(HandleValueInd, { handle: next.handle, value: next.value }).catch((error: unknown) => {
      this.#stopTimer();
      next.confirmed.reject(error);
    });
  }

  #timeOut(): void {
    this.end(new AttTimeout("Cannot wait for the confirmation: 30 s passed"));
    this.#bearer.onDead?.();
  }
}
