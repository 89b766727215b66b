import type { PairingPolicy } from "../../smp/policy.ts";
import { DEFAULT_POLICY } from "../../smp/policy.ts";

/** A device without buttons or display. */
export const justWorks: PairingPolicy = { ...DEFAULT_POLICY, ioCapability: "NoInputNoOutput", mitm: "off" };

/** A device without buttons or display, whose tag tells its half of a pairing. */
export const handsOver: PairingPolicy = { ...DEFAULT_POLICY, ioCapability: "NoInputNoOutput" };

/** A device with a display, or a label, and nothing to press. */
export const showsPasskey: PairingPolicy = {
  ...DEFAULT_POLICY,
  ioCapability: "DisplayOnly",
  mitm: "required",
};

/** A device with buttons for digits and no display. It tells of each one that is pressed. */
export const typesPasskey: PairingPolicy = {
  ...DEFAULT_POLICY,
  ioCapability: "KeyboardOnly",
  mitm: "required",
  keypress: true,
};

/** A device with a display and two buttons. */
export const comparesNumbers: PairingPolicy = {
  ...DEFAULT_POLICY,
  ioCapability: "DisplayYesNo",
  mitm: "required",
  minimumLevel: "secure",
};
