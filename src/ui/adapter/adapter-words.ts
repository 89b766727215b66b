/** An adapter of our own in words. */
import type { LeFeature } from "../../link/hci/grader/opened.ts";
import type { Failure } from "../../link/failure.ts";
import type { BridgeTrust } from "../../state/bridge.ts";
import type { ShortList } from "../../state/adapter/resolving.ts";
import type { AdapterClaim } from "../../storage/keys/rows.ts";
import type { AdapterKind, OwnKind } from "../../state/world.ts";

interface KindWords {
  readonly name: string;
  readonly about: string;
}

export const KINDS: Readonly<Record<AdapterKind, KindWords>> = {
  "web-bluetooth": {
    name: "This computer's Bluetooth",
    about: "Through the browser (Web Bluetooth). The operating system pairs and keeps the keys.",
  },
  usb: {
    name: "A USB dongle",
    about: "Through WebUSB. Bondkeeper pairs, keeps the keys and can prove each bond.",
  },
  serial: {
    name: "A serial dongle",
    about: "Through Web Serial, for boards that speak H4. Bondkeeper pairs and keeps the keys.",
  },
  bridge: {
    name: "A bridge on this machine",
    about: "A program here passes HCI on over a WebSocket. It sees the keys at each encryption.",
  },
  simulator: {
    name: "The simulator",
    about: "A dongle and devices made of code, for trying everything out. Nothing is real.",
  },
};

export function lostWords(
  failure: Failure,
  kind: OwnKind,
): { readonly what: string; readonly advice: string } {
  switch (failure.kind) {
    case "vault-locked":
      return { what: "The vault is locked", advice: "The adapter gets no keys before you unlock it." };
    case "key-store":
      if (failure.why === "full")
        return {
          what: "There is no room left to store keys",
          advice:
            "Free space on this computer, then try again. The bonds from before and their keys are untouched.",
        };
      return {
        what: "The store of keys cannot be read",
        advice: "Nothing was deleted. Whether there are bonds is not known, so nothing is done. See Keys.",
      };
    case "api-missing":
      return {
        what: "This browser does not let a page use such an adapter",
        advice:
          failure.why === "insecure-context"
            ? "The page must come over https or from this machine."
            : "Chrome, Edge and Opera on a computer can. Choose another adapter under Settings meanwhile.",
      };
    case "not-supported":
      return {
        what: "This dongle cannot be used by a page",
        advice: "The Adapter screen says why, and what can be done.",
      };
    case "adapter":
      return adapterWords(failure.state, kind);
    case "usage":
      return { what: "This adapter cannot be used", advice: `${failure.text}.` };
    default:
      return {
        what: "The adapter did not come up",
        advice: `Pull it out and plug it in again, then try again. (${failure.kind})`,
      };
  }
}

function adapterWords(
  state: Extract<Failure, { readonly kind: "adapter" }>["state"],
  kind: OwnKind,
): { readonly what: string; readonly advice: string } {
  switch (state) {
    case "missing":
      return kind === "bridge"
        ? {
            what: "No bridge answers",
            advice: "Start it, then try again. Where it is, is said and set under Adapter.",
          }
        : { what: "There is no dongle", advice: "Plug it in, then choose it or try again." };
    case "lost":
      if (kind === "serial")
        return {
          what: "The dongle is gone, or speaks in another way",
          advice:
            "Plug it in again. One that never came up needs the baud rate and flow control of its firmware: set them under Adapter.",
        };
      if (kind === "bridge")
        return {
          what: "The bridge is gone",
          advice: "Start it again, then try again. Bonds are in the store, not behind the bridge.",
        };
      return {
        what: "The dongle is gone",
        advice: "Plug it in again. Bonds are in the store, not in the dongle.",
      };
    case "held":
      return {
        what: "The system or another program has the dongle",
        advice:
          "Do what is said of its driver under Adapter, or end the other program. Then plug it in again.",
      };
    case "not-admitted":
      return {
        what: "You did not let this adapter have the keys",
        advice: "Try again to be asked once more, or plug in the one you know.",
      };
    case "no-firmware":
      return {
        what: "This dongle needs its firmware file",
        advice: "Add the file named for its model, then try again. If it was added: it is not for this chip.",
      };
    case "off":
    case "too-old":
    case "refused":
      return { what: "This adapter cannot be used", advice: "It lacks Bluetooth LE or has no room for it." };
  }
}

export const FIELD_WORDS: Readonly<Record<keyof AdapterClaim, string>> = {
  address: "Address",
  hciVersion: "HCI version",
  hciSubversion: "HCI revision",
  lmpVersion: "Link layer version",
  lmpSubversion: "Link layer revision",
  manufacturer: "Manufacturer",
  features: "LE features",
  usb: "USB identity",
};

export const FEATURE_WORDS: Readonly<Record<LeFeature, string>> = {
  encryption: "encryption",
  connectionParametersRequest: "connection parameters",
  dataPacketLengthExtension: "long packets",
  llPrivacy: "private addresses",
  le2MPhy: "2 Mbit/s",
  leCodedPhy: "long range",
  extendedAdvertising: "long advertisements",
  periodicAdvertising: "periodic advertisements",
};

/** How many links there are. `limit`: as many as the adapter holds; null where it never was full. */
export function linksWords(used: number, limit: number | null): string {
  const links = used === 0 ? "No link is open" : used === 1 ? "1 link is open" : `${used} links are open`;
  if (limit === null) return `${links}. How many it can hold, it does not say before it is full.`;
  if (used >= limit) return `${links}, and it takes no more. Disconnect a device to make room.`;
  return `${links} of the ${limit} that it can hold.`;
}

/** What it means that the controller's list is too short. */
export function shortListWords({ listed, left }: ShortList): string {
  const others = left === 1 ? "1 other is" : `${left} others are`;
  return `Its list for private addresses had room for ${listed} of your devices, those used last. ${others} recognised by this page instead: connecting to them can take a little longer.`;
}

/** What letting a bridge be the adapter means. */
export function bridgeWords(bridge: BridgeTrust): { readonly what: string; readonly advice: string } {
  switch (bridge.kind) {
    case "this-machine":
      return {
        what: "The bridge is on this machine",
        advice: `The program at ${bridge.address} sees every key that is used. Only start one that you trust.`,
      };
    case "same-origin":
      return {
        what: "The bridge is where this page came from",
        advice: `${bridge.address} sees every key that is used${bridge.encrypted ? "." : ", and so does the network between: it is not encrypted."}`,
      };
    case "built-in":
      return {
        what: "The bridge is on another machine",
        advice: `Whoever built this page allowed ${bridge.address}. It sees every key that is used.`,
      };
    case "refused":
      return { what: "This bridge may not be used", advice: BRIDGE_REFUSALS[bridge.why] };
  }
}

const BRIDGE_REFUSALS = {
  "not-a-bridge": "Its address must begin with ws:// or wss:// and hold no name and no password.",
  "in-clear": "It is not on this machine and not encrypted. Use wss://.",
  elsewhere:
    "It would see your keys, and it is neither on this machine nor where this page came from. Whoever builds the page can allow it.",
} as const;
