/**
 * The one place where a failure becomes words for a person: what happened, what was not touched, what to do next.
 * Imports no lit: the same words serve the screens, the copyable text and a script.
 */
import type { AdapterTrouble, Failure, Operation } from "../link/failure.ts";
import type { System } from "../state/platform.ts";
import { BOND_KEPT, NOTHING_CHANGED, RECORD_KEPT } from "./explain/advice.ts";
import type { Advice } from "./explain/advice.ts";
import { explainAdapter, explainKeys } from "./explain/dongle.ts";
import { explainApiMissing, explainBlocked } from "./explain/obstacle.ts";
import { explainPairing, OWN_PAUSE } from "./explain/pairing.ts";
import { systemPairingSteps, removalSteps, switchOnSteps } from "./explain/system.ts";

const CLOSER = "Bring the device closer and make sure that it is on and awake.";
const OTHER_HOST = "If it is connected to another phone or computer, disconnect it there.";
const CHOOSE = "Choose the device again.";

export function explain(failure: Failure, system: System): Advice {
  switch (failure.kind) {
    case "cancelled":
      return cancelled(failure.by);
    case "adapter":
      return adapter(failure.state, system);
    case "slots-full":
      return explainAdapter("slots-full");
    case "vault-locked":
    case "bond-exists":
      return explainKeys(failure.kind);
    case "not-bonded":
      return explainKeys("no-key");
    case "key-store":
      return explainKeys(failure.why === "full" ? "keys-full" : "keys-unreadable");
    case "not-persisted":
      return explainKeys("keys-not-writable");
    case "below-level":
      return explainKeys(BELOW[failure.what]);
    case "api-missing":
      return explainApiMissing(failure.why, system);
    case "blocked":
      return explainBlocked(failure.by, system);
    case "permission-lost":
      return {
        happened: "This page may no longer use the device: the permission was taken back.",
        untouched: RECORD_KEPT,
        next: [CHOOSE],
      };
    case "device-gone":
      return {
        happened: "The system no longer knows this device.",
        untouched: RECORD_KEPT,
        next: ["Wake the device.", CHOOSE],
      };
    case "unreachable":
      return unreachable(failure.detail);
    case "link-lost":
      return linkLost(failure.during);
    case "timeout":
      return timeout(failure.during, failure.afterMs);
    case "busy":
      return busy(failure.what);
    case "pairing-failed":
      return failure.retryAfterMs === undefined ? explainPairing(failure.reason, system) : OWN_PAUSE;
    case "access-refused":
      return refused(failure, system);
    case "key-refused":
      return keyRefused(failure.reason);
    case "not-found":
    case "service-not-allowed":
    case "stale-handle":
    case "not-supported":
    case "invalid-length":
    case "att-error":
      return attribute(failure);
    case "system-error":
      return {
        happened: "The Bluetooth of this computer or phone had an internal error.",
        untouched: BOND_KEPT,
        next: ["Switch Bluetooth off and on, then try again."],
      };
    case "needs-gesture":
      return {
        happened: "The browser opens its list of devices only after a click.",
        untouched: NOTHING_CHANGED,
        next: ["Choose the button again."],
      };
    case "usage":
    case "unknown":
      return unexpected(failure);
  }
}

function cancelled(by: "caller" | "chooser"): Advice {
  return {
    happened: by === "caller" ? "You stopped it." : "The list of devices was closed without a choice.",
    untouched: NOTHING_CHANGED,
    next: ["Start again when you like."],
  };
}

const BELOW = {
  level: "link-below-level",
  "key-size": "key-too-short",
  legacy: "legacy-not-allowed",
  "weaker-than-before": "weaker-than-before",
} as const;

function adapter(state: AdapterTrouble, system: System): Advice {
  const untouched = "No bond was touched.";
  switch (state) {
    case "missing":
      return {
        happened: "This computer has no Bluetooth, or its Bluetooth service is stopped.",
        untouched,
        next: ["Plug in a Bluetooth adapter, if there is none.", ...switchOnSteps(system)],
      };
    case "off":
      return { happened: "Bluetooth is off or just starting.", untouched, next: switchOnSteps(system) };
    case "too-old":
      return {
        happened: "The Bluetooth of this computer is too old for this device.",
        untouched,
        next: ["Use an adapter with Bluetooth Low Energy (4.0 or newer)."],
      };
    default:
      return explainAdapter(state);
  }
}

function unreachable(detail: "attempt-failed" | "unknown" | "out-of-range"): Advice {
  return detail === "out-of-range"
    ? {
        happened: "The system has lost sight of the device.",
        untouched: BOND_KEPT,
        next: [CLOSER, CHOOSE],
      }
    : {
        happened: "The device did not answer.",
        untouched: BOND_KEPT,
        next: [CLOSER, OTHER_HOST, "After three tries, switch Bluetooth off and on."],
      };
}

function linkLost(during: Operation | "idle"): Advice {
  return {
    happened:
      during === "idle"
        ? "The connection dropped."
        : `The connection dropped while ${operationWords(during)}.`,
    untouched:
      during === "write" ? "The bond was not touched. Whether the value arrived is not known." : BOND_KEPT,
    next: [CLOSER, "Try again."],
  };
}

function timeout(during: Operation, afterMs: number): Advice {
  return {
    happened: `No answer for ${Math.round(afterMs / 1000)} s while ${operationWords(during)}.`,
    untouched:
      during === "write" ? "The bond was not touched. Whether the value arrived is not known." : BOND_KEPT,
    next: [CLOSER, "Try again. If it stays so, switch the device off and on."],
  };
}

function busy(what: "connect" | "operation"): Advice {
  return {
    happened:
      what === "connect"
        ? "Another tab or another part of this page is connected to the device."
        : "The device is still busy with another request.",
    untouched: BOND_KEPT,
    next: ["Close other tabs that use this device, wait a moment, then try again."],
  };
}

function refused(failure: Extract<Failure, { kind: "access-refused" }>, system: System): Advice {
  if (failure.why === "key-size") {
    return {
      happened: "The device wants a longer key than this bond has.",
      untouched: BOND_KEPT,
      next: ["Repair the bond, so that a new key is made."],
    };
  }
  if (failure.why === "not-authorized") {
    return {
      happened: "The device refused. It wants a bond that it no longer has, or its own approval.",
      untouched: RECORD_KEPT,
      next: [...removalSteps(system), "Then come back and repair the bond here."],
    };
  }
  if (failure.why === "not-permitted" && !failure.ambiguous) {
    return {
      happened: "The device does not allow this to anybody.",
      untouched: BOND_KEPT,
      next: ["Choose another value to read."],
    };
  }
  return {
    happened: failure.ambiguous
      ? "The device refused. Most likely it is not paired; it is also possible that nobody may do this."
      : "The device wants to be paired first.",
    untouched: RECORD_KEPT,
    next: systemPairingSteps(system),
  };
}

function keyRefused(reason: "key-missing" | "key-mismatch" | "encryption-refused"): Advice {
  const happened = {
    "key-missing":
      "The device says that it has no key for this bond. It was reset, or something imitates it.",
    "key-mismatch": "The device has another key than we have. It was paired anew, or something imitates it.",
    "encryption-refused": "The device refused to encrypt. It was reset, or something imitates it.",
  }[reason];
  return {
    happened,
    untouched: RECORD_KEPT,
    next: ["Make sure that it is your device in front of you.", "If you reset it, repair the bond."],
  };
}

type AttributeFailure = Extract<
  Failure,
  {
    kind:
      | "not-found"
      | "service-not-allowed"
      | "stale-handle"
      | "not-supported"
      | "invalid-length"
      | "att-error";
  }
>;

function attribute(failure: AttributeFailure): Advice {
  const advice = (happened: string, ...next: string[]): Advice => ({ happened, untouched: BOND_KEPT, next });
  switch (failure.kind) {
    case "not-found":
      return advice(
        `The device does not offer this ${failure.what}, or this page may not see it.`,
        "Make sure that it is the right device and that its firmware is the one you expect.",
      );
    case "service-not-allowed":
      return failure.why === "blocklisted"
        ? advice(
            "Browsers keep this service to themselves, because it is too sensitive for web pages.",
            "Choose another value. This cannot be done in a browser.",
          )
        : advice(
            "This page did not ask for this service when the device was chosen.",
            "Choose the device again and name the service.",
          );
    case "stale-handle":
      return advice("The device has changed its list of services meanwhile.", "Try again.");
    case "not-supported":
      return failure.what === "device"
        ? advice("This device does not speak Bluetooth Low Energy the way it must.", "Choose another device.")
        : advice("The device cannot do this.", "Its firmware may differ from what the profile expects.");
    case "invalid-length":
      return advice("The value is too long or too short for the device.", "Send a value of another length.");
    case "att-error":
      return advice(
        failure.code === undefined
          ? "The device answered with an error that the browser does not name."
          : `The device answered with error 0x${failure.code.toString(16).toUpperCase().padStart(2, "0")}.`,
        "Try once more. If it stays so, look into the device's manual.",
      );
  }
}

const MAX_ORIGINAL = 200;

function unexpected(failure: Extract<Failure, { kind: "usage" | "unknown" }>): Advice {
  const original = plain(failure.kind === "usage" ? failure.text : `${failure.name}: ${failure.text}`);
  return {
    happened:
      failure.kind === "usage"
        ? `The page made a mistake. The browser says: “${original}”`
        : `Something happened that Bondkeeper has no words for. The original says: “${original}”`,
    untouched: BOND_KEPT,
    next: ["Try once more.", "If it stays so, report it with the text above."],
  };
}

/** Foreign text made safe to show: one line, no control or direction marks, bounded. */
function plain(text: string): string {
  const line = text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, " ").trim();
  return line.length > MAX_ORIGINAL ? `${line.slice(0, MAX_ORIGINAL)}…` : line;
}

/** "while …" */
export function operationWords(operation: Operation): string {
  switch (operation) {
    case "choose":
      return "choosing the device";
    case "connect":
      return "connecting";
    case "discover":
      return "looking up the services";
    case "read":
      return "reading";
    case "write":
      return "writing";
    case "subscribe":
      return "subscribing";
    case "pair":
      return "pairing";
    case "encrypt":
      return "securing the connection";
    case "forget":
      return "giving the permission back";
    case "availability":
      return "asking for the Bluetooth adapter";
    case "disconnect":
      return "disconnecting";
  }
}
