/** What a person reads about a dongle: what it is, whether it can be used here, and exactly what to do. No lit. */
import type { Grade, Remark, Verdict } from "../link/hci/grader/grade.ts";
import type { Imitation, Lack } from "../link/hci/grader/opened.ts";

/** Something to copy, with the place where it goes. */
export interface Recipe {
  readonly title: string;
  readonly where: string;
  readonly text: string;
}

export interface DongleWords {
  readonly title: string;
  readonly happened: string;
  readonly next: readonly string[];
  readonly remarks: readonly string[];
  readonly recipes: readonly Recipe[];
}

export function dongleWords(grade: Grade, origin: string): DongleWords {
  return {
    title: TITLES[grade.verdict],
    happened: happened(grade),
    next: [...nextSteps(grade), ...driverSteps(grade)],
    remarks: grade.remarks.map((remark) => REMARKS[remark]),
    recipes: recipes(grade, origin),
  };
}

const TITLES: Readonly<Record<Verdict, string>> = {
  unreadable: "This device does not describe itself",
  "built-in": "This is part of the computer",
  ready: "This dongle can be used",
  "firmware-needed": "This dongle needs its firmware first",
  protected: "The browser keeps this dongle to itself",
  "choose-as-serial": "This is a serial port",
  "not-bluetooth": "This is not a Bluetooth dongle that is known",
};

function happened({ verdict, model, ids, transport }: Grade): string {
  const name = model === null ? `The device ${ids}` : `${model.name} (${model.chip}, ${ids})`;
  switch (verdict) {
    case "unreadable":
      return `${name} names no interface, so nothing can be said about it.`;
    case "built-in":
      return `${name} is made by a maker of built-in adapters. The system needs it.`;
    case "ready":
      return `${name} speaks HCI over ${transport === "h4" ? "two bulk pipes (H4)" : "the usual endpoints"}.`;
    case "firmware-needed":
      return `${name} does not work before its firmware is loaded.`;
    case "protected":
      return `${name} has the class “wireless controller”, which a web page may not open.`;
    case "choose-as-serial":
      return `${name} offers a serial port and nothing else.`;
    case "not-bluetooth":
      return `${name} has no interface that carries HCI.`;
  }
}

/** Dongles that an ordinary page can open. */
export const SUITABLE =
  "nRF52840 with Zephyr (hci_usb_h4 over USB, or hci_uart as a serial port), ESP32 with hci_uart, ASUS USB-BT400";

function nextSteps({ verdict, firmware }: Grade): readonly string[] {
  switch (verdict) {
    case "unreadable":
      return ["Unplug it, plug it in again, and choose it once more."];
    case "built-in":
      return [
        "Use this computer’s Bluetooth (Web Bluetooth), or a separate dongle.",
        `Suitable: ${SUITABLE}.`,
      ];
    case "ready":
      return firmware === null ? [] : [`For best results add its firmware file ${firmware.file}.`];
    case "firmware-needed":
      return [
        `Add the firmware file ${firmware?.file ?? ""}: it comes with Linux, in the package linux-firmware.`,
      ];
    case "protected":
      return [
        `Use one of: ${SUITABLE}.`,
        "Or use Bondkeeper as an Isolated Web App (managed ChromeOS, or developer mode), which may open it.",
      ];
    case "choose-as-serial":
      return ["Choose it under Serial instead of USB."];
    case "not-bluetooth":
      return ["Choose another device.", `Suitable: ${SUITABLE}.`];
  }
}

function driverSteps({ driver, ids }: Grade): readonly string[] {
  switch (driver) {
    case "none":
      return [];
    case "linux-unbind":
      return [
        "Linux has the dongle in use (btusb). Install the rule below, then plug the dongle in again.",
        "With two adapters in the machine only this one leaves the system.",
      ];
    case "windows-winusb":
      return [
        `Bind WinUSB to ${ids}: start Zadig, choose List All Devices, choose the dongle, choose WinUSB, then Replace Driver.`,
        "Windows then has no Bluetooth over this dongle.",
      ];
    case "chromeos-detachable":
      return ["ChromeOS has the dongle in use. An administrator allows it with the device policy below."];
    case "macos-avoid":
      return ["macOS takes such dongles for itself. A serial dongle works."];
    case "android-otg":
      return ["Connect it with an OTG adapter. Not every phone gives it enough power."];
  }
}

const REMARKS: Readonly<Record<Remark, string>> = {
  imitations: "Many dongles with these ids are imitations. If it misbehaves, use another.",
  "no-serial-number": "It has no serial number: the browser asks again each time it is plugged in.",
  "takes-computers-own":
    "It is usually built in: this computer loses its own Bluetooth while Bondkeeper uses it.",
  "core-4.0":
    "Bluetooth 4.0: small packets, no long advertisements. Secure Connections works, because it runs in this program.",
  "firmware-recommended": "It works without its firmware file, and better with it.",
};

function recipes(grade: Grade, origin: string): readonly Recipe[] {
  if (grade.transport === null) return [];
  const [vendor = "", product = ""] = grade.ids.split(":");
  const ids = { vendor_id: Number.parseInt(vendor, 16), product_id: Number.parseInt(product, 16) };
  const found: Recipe[] = [];
  if (grade.driver === "linux-unbind") found.push(udevRule(vendor, product));
  if (grade.driver === "chromeos-detachable")
    found.push({
      title: "Let ChromeOS release the dongle",
      where: "Device policy UsbDetachableAllowlist",
      text: json({ UsbDetachableAllowlist: [ids] }),
    });
  found.push({
    title: "Use the dongle without a question",
    where: "Policy of the browser; on Linux a file under /etc/opt/chrome/policies/managed",
    text: json({ WebUsbAllowDevicesForUrls: [{ devices: [ids], urls: [origin] }] }),
  });
  return found;
}

function udevRule(vendor: string, product: string): Recipe {
  const usb = `ATTR{idVendor}=="${vendor}", ATTR{idProduct}=="${product}"`;
  const parents = `ATTRS{idVendor}=="${vendor}", ATTRS{idProduct}=="${product}"`;
  return {
    title: "Take the dongle from Linux",
    where: "/etc/udev/rules.d/70-bondkeeper.rules",
    text: [
      `ACTION=="add", SUBSYSTEM=="usb", ENV{DEVTYPE}=="usb_device", ${usb}, MODE="0660", TAG+="uaccess"`,
      `ACTION=="bind", SUBSYSTEM=="usb", ENV{DEVTYPE}=="usb_interface", DRIVER=="btusb", ${parents}, RUN+="/bin/sh -c 'echo -n %k > /sys/bus/usb/drivers/btusb/unbind'"`,
      "",
    ].join("\n"),
  };
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** What cannot be done with an adapter that was opened. */
export const LACKS: Readonly<Record<Lack, string>> = {
  encryption: "It cannot encrypt. No bond can work over it.",
  "resolving-list":
    "It does not resolve private addresses. This program does it instead, which takes a little longer.",
  "long-packets": "It sends small packets only: long values take several.",
  "two-megabit": "It has no 2M PHY: transfers take longer.",
  "coded-phy": "It has no coded PHY: devices that use it for long range are not reached.",
  "long-advertisements":
    "It does not hear extended advertisements: devices that send nothing else are not found.",
};

export const IMITATIONS: Readonly<Record<Exclude<Imitation, "none">, string>> = {
  suspected: "It is not what it says it is. It may work; if it misbehaves, use another.",
  unusable: "It is an imitation of a kind that delivers no data to a web page. Use another.",
};
