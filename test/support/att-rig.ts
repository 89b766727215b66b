/** Two ATT bearers on one wire, a GATT server behind one of them, a log of every PDU. */
import type { LinkSecurity } from "../../hci/att/attribute.ts";
import { AttBearer } from "../../hci/att/bearer.ts";
import { uuidOf } from "../../hci/codec/uuid.ts";
import { GattClient, type GattClientEvents } from "../../hci/gatt/client.ts";
import type { Recovery } from "../../hci/gatt/access.ts";
import type { CharacteristicDefinition, ServiceDefinition } from "../../hci/gatt/database.ts";
import { type ClientContext, GattServer } from "../../hci/gatt/server.ts";
import { aesCmac } from "../../hci/smp/crypto.ts";
import type { Bytes } from "../../hci/ports.ts";
import { type ChannelPair, channelPair } from "./channel-pair.ts";
import { nodeCrypto } from "./crypto.ts";
import { ManualClock } from "./manual-clock.ts";

export const OPEN_LINK: LinkSecurity = {
  encrypted: false,
  keySize: 0,
  authenticated: false,
  secureConnections: false,
  keyKnown: false,
};
export const SECURE_LINK: LinkSecurity = {
  encrypted: true,
  keySize: 16,
  authenticated: true,
  secureConnections: true,
  keyKnown: true,
};

export const SERVICE = uuidOf(0xfff0);
export const PLAIN = uuidOf(0xfff1);
export const WRITE_ONLY = uuidOf(0xfff2);
export const ENCRYPTED = uuidOf(0xfff3);
export const AUTHENTICATED = uuidOf(0xfff4);
export const LONG = uuidOf(0xfff5);
export const AUTHORIZED = uuidOf(0xfff6);
export const PUSHING = uuidOf(0xfff7);
export const INDICATING = "a0b1c2d3-0000-4444-8888-0123456789ab";

const kept = (
  uuid: string,
  properties: CharacteristicDefinition["properties"],
  value: readonly number[],
  more: Partial<CharacteristicDefinition> = {},
): CharacteristicDefinition => ({ uuid, properties, value: Uint8Array.from(value), ...more });

export const LONG_VALUE = Uint8Array.from({ length: 100 }, (_, i) => i);

export const SERVICES: readonly ServiceDefinition[] = [
  {
    uuid: SERVICE,
    characteristics: [
      kept(PLAIN, ["read", "write", "writeWithoutResponse"], [1, 2, 3], { maxLength: 20 }),
      kept(WRITE_ONLY, ["write"], []),
      kept(ENCRYPTED, ["read", "write", "notify"], [4], {
        security: { read: "encrypted", write: "encrypted" },
      }),
      kept(AUTHENTICATED, ["read", "write"], [5], { security: { read: "authenticated", write: "secure" } }),
      kept(LONG, ["read", "write"], [...LONG_VALUE]),
      kept(PUSHING, ["read", "notify"], [6], {
        descriptors: [{ uuid: uuidOf(0x2901), value: Uint8Array.from({ length: 60 }, () => 0x41) }],
      }),
      kept(INDICATING, ["indicate"], [7]),
    ],
  },
];

export interface AttRig {
  readonly clock: ManualClock;
  readonly client: AttBearer;
  readonly server: AttBearer;
  /** `a` is the client's end, `b` the server's. */
  readonly wire: ChannelPair;
  readonly gattServer: GattServer;
  readonly gatt: GattClient;
  /** What the server believes of the link; changed by the test. */
  link: LinkSecurity;
  handleOf(uuid: string): number;
}

export interface AttRigOptions {
  readonly services?: readonly ServiceDefinition[];
  readonly recovery?: Pick<Recovery, "raiseSecurity">;
  readonly events?: GattClientEvents;
  readonly remembered?: ClientContext["remembered"];
  readonly gattServer?: GattServer;
}

export const cmacOfZeroKey = (message: Bytes): Bytes => aesCmac(nodeCrypto, new Uint8Array(16), message);

export function attRig(options: AttRigOptions = {}): AttRig {
  const clock = new ManualClock();
  const wire = channelPair();
  const client = new AttBearer(wire.a, clock);
  const server = new AttBearer(wire.b, clock);
  const gattServer =
    options.gattServer ??
    new GattServer({
      deviceName: Uint8Array.of(0x42),
      services: options.services ?? SERVICES,
      cmac: cmacOfZeroKey,
      clock,
    });
  const rig: AttRig = {
    clock,
    client,
    server,
    wire,
    gattServer,
    gatt: new GattClient(client, options.recovery ?? {}, options.events),
    link: OPEN_LINK,
    handleOf: (uuid) => gattServer.characteristic(uuid)?.handle ?? 0,
  };
  const { remembered } = options;
  gattServer.attach(server, {
    security: () => rig.link,
    ...(remembered === undefined ? {} : { remembered }),
  });
  return rig;
}
