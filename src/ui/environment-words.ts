/** Titles for what stands in the way of Bluetooth, and what can be pasted elsewhere to remove it. */
import type { Failure } from "../link/failure.ts";
import { type Obstacle, secureAddresses, type Surroundings } from "../state/environment.ts";

/** A page cannot open the browser's own pages or a terminal: a person takes these there. */
export interface Paste {
  readonly label: string;
  readonly text: string;
}

export function obstacleTitle(obstacle: Obstacle, { platform }: Surroundings): string {
  switch (obstacle.state) {
    case "adapter-missing":
      return "No Bluetooth found";
    case "adapter-off":
      return "Bluetooth is switched off";
    case "adapter-lost":
      return "The dongle is gone";
    case "vault-locked":
      return "The vault is locked";
    case "api-missing":
      if (obstacle.why === "insecure-context") return "This address is not secure";
      if (obstacle.why === "browser") return "This browser has no Bluetooth for pages";
      return platform.system === "linux"
        ? "On Linux, Web Bluetooth is behind a flag"
        : "Web Bluetooth is switched off here";
    case "blocked":
      return obstacle.by === "system-permission"
        ? "The system keeps Bluetooth from the browser"
        : "Bluetooth is blocked for this page";
  }
}

/** Of a failure that is none of the obstacles. */
export function failureTitle(failure: Failure): string {
  if (failure.kind !== "key-store") return "The browser does not answer";
  return failure.why === "full" ? "There is no room left to store keys" : "The store of keys cannot be read";
}

export function obstaclePastes(obstacle: Obstacle, { platform, address }: Surroundings): readonly Paste[] {
  switch (obstacle.state) {
    case "adapter-missing":
      return platform.system === "linux"
        ? [
            { label: "Is the service running?", text: "systemctl status bluetooth" },
            { label: "Is the radio blocked?", text: "rfkill list bluetooth" },
          ]
        : [];
    case "adapter-lost":
    case "vault-locked":
      return [];
    case "adapter-off":
      return platform.system === "linux" ? [{ label: "Switch it on", text: "bluetoothctl power on" }] : [];
    case "blocked":
      return obstacle.by === "permissions-policy"
        ? [{ label: "For the frame of the page around", text: 'allow="bluetooth"' }]
        : obstacle.by === "site-setting" && platform.chromium
          ? [
              { label: "Site settings", text: "chrome://settings/content/bluetoothDevices" },
              { label: "Rules that apply here", text: "chrome://policy" },
            ]
          : [];
    case "api-missing":
      return missing(obstacle.why, platform.system === "linux", address);
  }
}

function missing(why: "browser" | "insecure-context" | "disabled", linux: boolean, address: string): Paste[] {
  if (why === "browser") return [{ label: "This page’s address", text: address }];
  if (why === "insecure-context") {
    const [local, secure] = secureAddresses(address);
    return [
      ...(local === undefined ? [] : [{ label: "If this computer serves the page", text: local }]),
      ...(secure === undefined ? [] : [{ label: "If it is served over https", text: secure }]),
    ];
  }
  const flag = { label: "The flag", text: "chrome://flags/#enable-web-bluetooth" };
  const remember = {
    label: "So that devices are remembered after a restart",
    text: "chrome://flags/#enable-web-bluetooth-new-permissions-backend",
  };
  return linux ? [flag, remember] : [flag];
}
