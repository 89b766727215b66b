import type { Uuid } from "../../codec/uuid.ts";
import type { ServiceDefinition } from "../../gatt/database.ts";
import type { Crypto, TextPort } from "../../ports.ts";
import type { PairingPolicy } from "../../smp/policy.ts";
import type { Features } from "../../smp/settings.ts";
import type { MemoryKeys } from "../memory-keys.ts";
import type { ControllerOptions } from "../options.ts";
import type { Radio } from "../radio.ts";
import type { Keypad } from "./keypad.ts";
import type { Peripheral } from "./peripheral.ts";

/** What makes one ready-made device different from another. */
export interface PeripheralDefinition {
  /** Advertised, and the Device Name. At most 20 octets beside one long UUID in 31 octets and the scan response. */
  readonly name: string;
  readonly appearance?: number;
  readonly advertises: readonly Uuid[];
  readonly services: readonly ServiceDefinition[];
  readonly policy: PairingPolicy;
  /** Six digits: the device shows the same passkey every time, printed on it or set by its owner. */
  readonly fixedPasskey?: string;
  /** Its buttons, where it has some: what is pressed there answers for a passkey that the other side shows. */
  readonly keypad?: Keypad;
  /** It has a tag with out-of-band data; a new code after each pairing that used one. */
  readonly handsOverCode?: boolean;
  /** Another Pairing Response than the policy gives: devices of another age. */
  readonly features?: Features;
  /** True: it hides behind resolvable addresses. */
  readonly privacy?: boolean;
  /** How long one address is used. */
  readonly rotationMs?: number;
  /** Whether a bonded central may pair anew without proving the old key; a person's choice in real life. */
  readonly allowsNewPairing: boolean;
  /** Runs while the device is on; the result stops it. */
  readonly run?: (device: Peripheral) => () => void;
  /** After each connection. */
  readonly onDisconnected?: (device: Peripheral) => void;
}

/** What a device needs to exist. */
export interface Surroundings {
  readonly radio: Radio;
  readonly crypto: Crypto;
  readonly text: TextPort;
  /** Decides its address and everything random that need not be secret. */
  readonly seed?: number;
  readonly controller?: Partial<ControllerOptions>;
  /** Bonds it has from before; empty ones of its own where left out. */
  readonly keys?: MemoryKeys;
}
