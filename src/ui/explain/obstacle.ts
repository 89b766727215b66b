import type { Availability } from "../../link/backend.ts";
import type { System } from "../../state/platform.ts";
import type { Advice } from "./advice.ts";
import { explainAdapter, explainKeys } from "./dongle.ts";
import { browserPermissionSteps, flagSteps, switchOnSteps } from "./system.ts";

type Obstacle = Exclude<Availability, { readonly state: "ready" }>;

const RECORDS_KEPT = "Your records are kept and can be looked at here.";

/** Why this page cannot use Bluetooth at all, here and now. */
export function explainObstacle(obstacle: Obstacle, system: System): Advice {
  switch (obstacle.state) {
    case "adapter-missing":
      return {
        happened: "This computer has no Bluetooth, or its Bluetooth service is stopped.",
        untouched: RECORDS_KEPT,
        next: [
          "Plug in a Bluetooth adapter, if there is none.",
          ...switchOnSteps(system),
          "Then check again.",
        ],
      };
    case "adapter-off":
      return {
        happened: "Bluetooth is switched off.",
        untouched: RECORDS_KEPT,
        next: [...switchOnSteps(system), "Then check again."],
      };
    case "adapter-lost":
      return { ...explainAdapter("lost"), untouched: RECORDS_KEPT };
    case "vault-locked":
      return { ...explainKeys("vault-locked"), untouched: RECORDS_KEPT };
    case "api-missing":
      return explainApiMissing(obstacle.why, system);
    case "blocked":
      return explainBlocked(obstacle.by, system);
  }
}

export function explainApiMissing(why: "browser" | "insecure-context" | "disabled", system: System): Advice {
  switch (why) {
    case "browser":
      return {
        happened: "This browser has no Web Bluetooth.",
        untouched: RECORDS_KEPT,
        next: [
          system === "ios"
            ? "No browser on iPhone or iPad offers it. Use a computer or an Android phone."
            : "Open this page in Chrome, Edge or another browser that is built on Chromium.",
        ],
      };
    case "insecure-context":
      return {
        happened: "This address is not secure, and browsers offer Bluetooth only on secure addresses.",
        untouched: RECORDS_KEPT,
        next: ["Open the page over https, or as localhost on this computer."],
      };
    case "disabled":
      return {
        happened: "Web Bluetooth is switched off in this browser.",
        untouched: RECORDS_KEPT,
        next: flagSteps(system),
      };
  }
}

export function explainBlocked(
  by: "site-setting" | "system-permission" | "permissions-policy",
  system: System,
): Advice {
  switch (by) {
    case "site-setting":
      return {
        happened: "The browser's settings or an administrator forbid Bluetooth for this page.",
        untouched: RECORDS_KEPT,
        next: [
          "Open the site settings beside the address and allow Bluetooth devices.",
          "On a managed computer ask the administrator about the policy DefaultWebBluetoothGuardSetting.",
        ],
      };
    case "system-permission":
      return {
        happened: "The system does not let the browser use Bluetooth.",
        untouched: RECORDS_KEPT,
        next: [...browserPermissionSteps(system), "Then try again."],
      };
    case "permissions-policy":
      return {
        happened: "The page that shows this one does not pass Bluetooth on.",
        untouched: RECORDS_KEPT,
        next: [
          "Open Bondkeeper in a tab of its own.",
          "Its embedder would have to allow the feature “bluetooth”.",
        ],
      };
  }
}
