/** Our host and `ble-host`, each on a strict controller, in one room; and the persons in front of both. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { DeviceLink } from "../../hci/device/device-link.ts";
import { formatAddress, parseAddress } from "../../hci/gap/address.ts";
import type { ServiceDefinition } from "../../hci/gatt/database.ts";
import type { Address } from "../../hci/ports.ts";
import { responseFeatures } from "../../hci/smp/features.ts";
import type { IoCapability } from "../../hci/smp/pdus.ts";
import type { PairingPolicy } from "../../hci/smp/policy.ts";
import { DEFAULT_POLICY } from "../../hci/smp/policy.ts";
import type { Features } from "../../hci/smp/settings.ts";
import type { VirtualController } from "../../hci/virtual/controller.ts";
import type { Connection, LocalCharacteristic, Manager, PairingFeatures } from "../support/ble-host.ts";
import { inEmptyDirectory, loadBleHost, startBleHost } from "../support/ble-host.ts";
import { settle } from "../support/manual-clock.ts";
import { legacyOnly, withoutSecureConnections } from "../support/smp/legacy-only.ts";
import type { RigHost } from "../support/stack-rig.ts";
import { StackRig } from "../support/stack-rig.ts";

export const SERVICE = "0000fff0-0000-1000-8000-00805f9b34fb";
export const OPEN = "0000fff1-0000-1000-8000-00805f9b34fb";
export const GUARDED = "0000fff2-0000-1000-8000-00805f9b34fb";
export const PUSHED = "0000fff3-0000-1000-8000-00805f9b34fb";
export const LONG = "0000fff4-0000-1000-8000-00805f9b34fb";
export const LONG_VALUE = Uint8Array.from({ length: 400 }, (_, i) => i & 0xff);

/** What the other host says it can do. */
const Io = {
  DisplayOnly: 0,
  DisplayYesNo: 1,
  KeyboardOnly: 2,
  NoInputNoOutput: 3,
  KeyboardDisplay: 4,
} as const;
export type TheirIo = keyof typeof Io;

/** How long a person looks before typing: what is going to be shown is shown by then. */
const LOOK_MS = 500;

const NUMERIC_COMPARISON = 4;

/** The other host always offers Secure Connections, so legacy pairing must come from our side. */
const neverSecureConnections: Features = {
  ...legacyOnly,
  response: (request, policy, oob) => withoutSecureConnections(responseFeatures(request, policy, oob)),
};

export type Kind = "secure connections" | "legacy";

export interface RoomOptions {
  readonly kind?: Kind;
  readonly ours?: IoCapability;
  readonly theirs?: TheirIo;
  readonly privacy?: boolean;
  /** Static random; the public address of its controller by default. */
  readonly theirAddress?: string;
  readonly policy?: Partial<PairingPolicy>;
}

const OUR_SERVICES: readonly ServiceDefinition[] = [
  {
    uuid: SERVICE,
    characteristics: [
      { uuid: OPEN, properties: ["read", "write"], value: Uint8Array.of(1) },
      { uuid: GUARDED, properties: ["read"], value: Uint8Array.of(2), security: { read: "encrypted" } },
      { uuid: PUSHED, properties: ["notify"], value: Uint8Array.of(3) },
      { uuid: LONG, properties: ["read", "write"], value: LONG_VALUE },
    ],
  },
];

export class Room {
  readonly rig: StackRig;
  readonly us: RigHost;
  readonly them: Manager;
  readonly controller: VirtualController;
  readonly theirAddress: Address;
  readonly features: PairingFeatures;
  /** How the other host's person answers; by default as the other screen says. */
  onPasskey: (model: number, shown: string | null, answer: (typed?: string) => void) => Promise<void>;
  readonly pushed: LocalCharacteristic;
  /** Their end of the newest link. */
  other: Connection | undefined;

  private constructor(
    rig: StackRig,
    us: RigHost,
    other: { readonly controller: VirtualController; readonly them: Manager; readonly address: Address },
    features: PairingFeatures,
  ) {
    const { controller, them } = other;
    this.rig = rig;
    this.us = us;
    this.controller = controller;
    this.them = them;
    this.theirAddress = other.address;
    this.features = features;
    const look = (): Promise<void> =>
      new Promise((resolve) => {
        rig.clock.after(LOOK_MS, resolve);
      });
    let theirScreen: string | undefined;
    this.onPasskey = async (model, shown, answer) => {
      theirScreen = shown ?? undefined;
      await look();
      if (shown === null) answer(us.person.shown ?? "123456");
      else if (model === NUMERIC_COMPARISON && us.person.compared === shown) answer();
    };
    us.person.onEnter = async () => {
      await look();
      return theirScreen ?? "123456";
    };
    us.person.onCompare = async (digits) => {
      await look();
      return digits === theirScreen;
    };
    this.pushed = { uuid: PUSHED, properties: ["notify"] };
    them.gattDb.addServices([
      {
        uuid: SERVICE,
        characteristics: [
          { uuid: OPEN, properties: ["read", "write"], value: Buffer.of(1) },
          { uuid: GUARDED, properties: ["read"], readPerm: "encrypted", value: Buffer.of(2) },
          this.pushed,
          { uuid: LONG, properties: ["read", "write"], value: Buffer.from(LONG_VALUE) },
        ],
      },
    ]);
  }

  static async open(options: RoomOptions): Promise<Room> {
    const { kind = "secure connections", ours = "KeyboardDisplay", theirs = "NoInputNoOutput" } = options;
    const legacy = kind === "legacy";
    const rig = new StackRig();
    const us = await rig.host("ours", {
      privacy: options.privacy ?? false,
      services: OUR_SERVICES,
      policy: { ...DEFAULT_POLICY, ioCapability: ours, legacy, ...options.policy },
      ...(legacy && { features: neverSecureConnections }),
    });
    const controller = rig.controller("theirs");
    const { theirAddress } = options;
    const how = theirAddress === undefined ? {} : { staticRandomAddress: theirAddress };
    const them = await rig.until(startBleHost(loadBleHost(), controller.plug(), how));
    them.gattDb.setDeviceName("ble-host");
    const mitm = theirs !== "NoInputNoOutput";
    const address =
      theirAddress === undefined ? controller.publicAddress : parseAddress(theirAddress, "random");
    return new Room(rig, us, { controller, them, address }, { ioCap: Io[theirs], mitm });
  }

  /** We are the central. */
  async connect(): Promise<{ readonly link: DeviceLink; readonly other: Connection }> {
    this.other = undefined;
    this.them.startAdvertising({ intervalMin: 32, intervalMax: 32 }, (status, connection) => {
      assert.equal(status, 0);
      this.#listen(connection);
    });
    await settle();
    const link = await this.rig.until(this.us.stack.connect(this.theirAddress));
    await settle();
    const { other } = this;
    assert.ok(other);
    return { link, other };
  }

  /** We are the peripheral. */
  async accept(): Promise<{ readonly link: DeviceLink; readonly other: Connection }> {
    await this.rig.advertise(this.us);
    const { current } = this.us.stack.gap.own;
    const connected = new Promise<Connection>((resolve) => {
      this.them.connect(current.type, formatAddress(current), {}, (connection) => {
        this.#listen(connection);
        resolve(connection);
      });
    });
    const other = await this.rig.until(connected);
    await settle();
    const link = this.us.connections.at(-1);
    assert.ok(link);
    return { link, other };
  }

  async end(link: DeviceLink): Promise<void> {
    await this.rig.end(link);
  }

  #listen(connection: Connection): void {
    this.other = connection;
    const { smp } = connection;
    smp.on("pairingRequest", (_request: unknown, answer: (features: PairingFeatures) => void) =>
      answer(this.features),
    );
    smp.on("passkeyExchange", (model: number, shown: string | null, answer: (typed?: string) => void) => {
      this.onPasskey(model, shown, answer).catch((error: unknown) => this.them.emit("error", error));
    });
  }
}

/** One test in a room of its own, in a directory of its own, that must leave no violation behind. */
export function interop(name: string, options: RoomOptions, run: (room: Room) => Promise<void>): void {
  test(name, async () => {
    const leave = inEmptyDirectory();
    try {
      const room = await Room.open(options);
      await run(room);
      await room.us.controller.unplug();
      room.them.on("error", () => {}); // that its transport is closed
      await room.controller.unplug();
      room.rig.assertClean();
      assert.deepEqual(room.controller.violations, [], "the other host");
    } finally {
      leave();
    }
  });
}
