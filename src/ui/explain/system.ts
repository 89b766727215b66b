/** Where things are in each system's settings. Menu names change with versions; the last step never depends on one. */
import type { System } from "../../state/platform.ts";

/** How to remove a bond that the operating system keeps. */
export function removalSteps(system: System): readonly string[] {
  switch (system) {
    case "windows":
      return [
        "Open Settings, then Bluetooth & devices, then Devices.",
        "Find the device, open its menu (three dots) and choose Remove device.",
      ];
    case "macos":
      return [
        "Open System Settings, then Bluetooth.",
        "Choose the info button beside the device, then Forget This Device.",
      ];
    case "linux":
      return [
        "Open the Bluetooth settings of your desktop, choose the device and remove it.",
        "Or in a terminal: “bluetoothctl devices” shows its address, “bluetoothctl remove” with that address removes it.",
      ];
    case "chromeos":
      return ["Open Settings, then Bluetooth.", "Choose the device, then Forget."];
    case "android":
      return [
        "Open Settings, then Connected devices.",
        "Tap the gear beside the device, then Forget or Unpair.",
      ];
    case "ios":
      return [
        "Open Settings, then Bluetooth.",
        "Tap the info button beside the device, then Forget This Device.",
      ];
    case "unknown":
      return [
        "Open the Bluetooth settings of this computer or phone.",
        "Choose the device and remove or forget it.",
      ];
  }
}

/** How to pair outside the browser: for devices with a printed passkey, and where the browser cannot pair. */
export function systemPairingSteps(system: System): readonly string[] {
  switch (system) {
    case "windows":
      return [
        "Put the device in pairing mode.",
        "Open Settings, then Bluetooth & devices, and choose Add device, then Bluetooth.",
        "Choose the device and type its passkey if you are asked. Then come back here.",
      ];
    case "macos":
      return [
        "Put the device in pairing mode.",
        "Open System Settings, then Bluetooth, and choose Connect beside the device.",
        "If it is not listed, try again here and watch for a dialog of macOS. Then come back here.",
      ];
    case "linux":
      return [
        "Put the device in pairing mode.",
        "Open the Bluetooth settings of your desktop and pair the device; or use “bluetoothctl” with “scan on”, then “pair” and its address.",
        "Type its passkey if you are asked. Then come back here.",
      ];
    case "chromeos":
      return [
        "Put the device in pairing mode.",
        "Open Settings, then Bluetooth, and choose Pair new device.",
        "Type its passkey if you are asked. Then come back here.",
      ];
    case "android":
      return [
        "Put the device in pairing mode.",
        "Open Settings, then Connected devices, then Pair new device.",
        "Look for a dialog or a notification, and type the passkey if you are asked. Then come back here.",
      ];
    case "ios":
    case "unknown":
      return [
        "Put the device in pairing mode.",
        "Open the Bluetooth settings of this computer or phone and pair the device there.",
        "Type its passkey if you are asked. Then come back here.",
      ];
  }
}

export function switchOnSteps(system: System): readonly string[] {
  switch (system) {
    case "windows":
      return ["Open Settings, then Bluetooth & devices, and switch Bluetooth on."];
    case "macos":
      return ["Open System Settings, then Bluetooth, and switch it on."];
    case "linux":
      return [
        "Switch Bluetooth on in the settings of your desktop, or with “bluetoothctl power on”.",
        "If there is no such switch, the Bluetooth service may be stopped: “systemctl status bluetooth” tells.",
      ];
    case "chromeos":
      return ["Choose the time at the bottom right and switch Bluetooth on."];
    case "android":
      return ["Pull down the quick settings and switch Bluetooth on."];
    case "ios":
    case "unknown":
      return ["Switch Bluetooth on in the settings of this computer or phone."];
  }
}

/** The system's own permission for the browser. */
export function browserPermissionSteps(system: System): readonly string[] {
  switch (system) {
    case "macos":
      return ["Open System Settings, then Privacy & Security, then Bluetooth, and allow your browser."];
    case "android":
      return [
        "Open Settings, then Apps, then your browser, then Permissions.",
        "Allow Nearby devices. Older versions of Android also need Location.",
      ];
    case "windows":
      return ["Open Settings, then Privacy & security, then Radios, and let apps control radios."];
    case "linux":
    case "chromeos":
    case "ios":
    case "unknown":
      return ["Allow your browser to use Bluetooth in the settings of the system."];
  }
}

/** How to get Web Bluetooth where Chromium has it behind a flag. */
export function flagSteps(system: System): readonly string[] {
  if (system !== "linux") {
    return ["Update your browser and open this page again."];
  }
  return [
    "Open a new tab and type chrome://flags/#enable-web-bluetooth in its address bar.",
    "Set Web Bluetooth to Enabled and restart the browser.",
    "To be remembered after a restart, also enable chrome://flags/#enable-web-bluetooth-new-permissions-backend.",
  ];
}

/** Where a pairing question of the system or the browser appears. */
export function pairingDialogHint(system: System): string {
  switch (system) {
    case "windows":
      return "Chrome shows a dialog on this page; Windows may add a notification at the bottom right.";
    case "macos":
      return "macOS shows a dialog of its own, sometimes behind the browser.";
    case "linux":
      return "Your desktop or Chrome shows a dialog; look for a notification too.";
    case "chromeos":
      return "ChromeOS shows a notification at the bottom right.";
    case "android":
      return "Android shows a dialog or only a notification: pull down from the top to look.";
    case "ios":
    case "unknown":
      return "Look for a dialog or a notification of the system.";
  }
}
