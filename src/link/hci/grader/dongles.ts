/** Dongles that are known by their ids: what is in them, and what they need. The same table feeds the choosers. */

export type FirmwareFamily = "realtek" | "broadcom";

export interface KnownDongle {
  readonly vendorId: number;
  readonly productId: number;
  readonly name: string;
  readonly chip: string;
  /** Bluetooth Core version of the chip. */
  readonly core: "4.0" | "5.0" | "5.1";
  /** The file that the person has to bring; `needed`: without it the dongle does not work. */
  readonly firmware: {
    readonly family: FirmwareFamily;
    readonly file: string;
    readonly needed: boolean;
  } | null;
  /** Usually soldered into a laptop, which loses its Bluetooth while it is used here. */
  readonly builtIn?: true;
}

const realtek = (file: string): KnownDongle["firmware"] => ({ family: "realtek", file, needed: true });
const broadcom = (file: string, needed = false): KnownDongle["firmware"] => ({
  family: "broadcom",
  file,
  needed,
});

export const DONGLES: readonly KnownDongle[] = [
  {
    vendorId: 0x0a12,
    productId: 0x0001,
    name: "TP-Link UB400 and many others",
    chip: "CSR8510",
    core: "4.0",
    firmware: null,
  },
  {
    vendorId: 0x2357,
    productId: 0x0604,
    name: "TP-Link UB500",
    chip: "RTL8761BUV",
    core: "5.1",
    firmware: realtek("rtl8761bu_fw.bin"),
  },
  {
    vendorId: 0x0b05,
    productId: 0x190e,
    name: "ASUS USB-BT500",
    chip: "RTL8761B",
    core: "5.0",
    firmware: realtek("rtl8761bu_fw.bin"),
  },
  {
    vendorId: 0x0b05,
    productId: 0x1bef,
    name: "ASUS USB-BT540",
    chip: "RTL8761CU",
    core: "5.1",
    firmware: realtek("rtl8761cu_fw.bin"),
  },
  {
    vendorId: 0x0b05,
    productId: 0x17cb,
    name: "ASUS USB-BT400",
    chip: "BCM20702A1",
    core: "4.0",
    firmware: broadcom("BCM20702A1-0b05-17cb.hcd"),
  },
  {
    vendorId: 0x413c,
    productId: 0x8197,
    name: "Dell DW380",
    chip: "BCM20702A0",
    core: "4.0",
    firmware: broadcom("BCM20702A1-413c-8197.hcd"),
    builtIn: true,
  },
  {
    vendorId: 0x0a5c,
    productId: 0x21d7,
    name: "Broadcom BCM43142",
    chip: "BCM43142",
    core: "4.0",
    firmware: broadcom("BCM43142A0-0a5c-21d7.hcd", true),
    builtIn: true,
  },
  {
    vendorId: 0x0930,
    productId: 0x0225,
    name: "Toshiba BCM43142",
    chip: "BCM43142",
    core: "4.0",
    firmware: broadcom("BCM43142A0-0930-0225.hcd", true),
    builtIn: true,
  },
  {
    vendorId: 0x2fe3,
    productId: 0x000b,
    name: "Zephyr HCI over USB",
    chip: "nRF52840",
    core: "5.1",
    firmware: null,
  },
];

export function knownDongle(device: {
  readonly vendorId: number;
  readonly productId: number;
}): KnownDongle | undefined {
  return DONGLES.find(
    ({ vendorId, productId }) => vendorId === device.vendorId && productId === device.productId,
  );
}

/** Vendors whose dongles of the class FF/01/01 speak HCI. */
export const VENDOR_CLASS: ReadonlySet<number> = new Set([
  0x0489, 0x04ca, 0x050d, 0x0930, 0x0a5c, 0x0b05, 0x0bb4, 0x105b, 0x13d3, 0x413c,
]);
/** Makers of adapters that are part of a computer. */
export const BUILT_IN_VENDORS: ReadonlySet<number> = new Set([0x8087, 0x0e8d]);
/** The Zephyr project: H4 over two bulk pipes. */
export const H4_VENDORS: ReadonlySet<number> = new Set([0x2fe3]);

export interface UsbFilter {
  readonly vendorId?: number;
  readonly classCode?: number;
  readonly subclassCode?: number;
  readonly protocolCode?: number;
}

/** What a chooser shows: what can be used here, and with `protectedToo` the ordinary dongles as well. */
export function chooserFilters(protectedToo: boolean): readonly UsbFilter[] {
  const vendor = [...VENDOR_CLASS].map((vendorId) => ({
    vendorId,
    classCode: 0xff,
    subclassCode: 1,
    protocolCode: 1,
  }));
  const h4 = [...H4_VENDORS].map((vendorId) => ({ vendorId }));
  const wireless = { classCode: 0xe0, subclassCode: 1, protocolCode: 1 };
  return protectedToo ? [...h4, ...vendor, wireless] : [...h4, ...vendor];
}
