/** Says of an adapter, once it has answered, what it is, what it lacks, and whether it is what it claims. Pure. */

/** What Reset and the first questions gave; `ControllerFacts` of the host has all of it. */
export interface OpenedFacts {
  readonly version: {
    readonly hciVersion: number;
    readonly hciSubversion: number;
    readonly lmpVersion: number;
    readonly companyIdentifier: number;
    readonly lmpSubversion: number;
  };
  /** LE features, octet 0 first (Vol 6 Part B 4.6). */
  readonly features: Uint8Array;
  readonly acl: { readonly length: number; readonly packets: number };
  readonly resolvingListSize: number;
  readonly acceptListSize: number;
}

/** What the device said over USB, where it came that way. */
export interface UsbFacts {
  readonly vendorId: number;
  readonly productId: number;
  /** bcdDevice: two octets. */
  readonly deviceVersion: number;
}

/** Bits of the LE features, by the specification's names. */
export const LE_FEATURES = {
  encryption: 0,
  connectionParametersRequest: 1,
  dataPacketLengthExtension: 5,
  llPrivacy: 6,
  le2MPhy: 8,
  leCodedPhy: 11,
  extendedAdvertising: 12,
  periodicAdvertising: 13,
} as const;
export type LeFeature = keyof typeof LE_FEATURES;

export type Lack =
  /** It cannot encrypt: no bond can ever work over it. */
  | "encryption"
  /** Resolvable addresses are resolved by us, not by the adapter. */
  | "resolving-list"
  | "long-packets"
  | "two-megabit"
  | "coded-phy"
  | "long-advertisements";

export type Imitation =
  | "none"
  /** It is not what its ids say; it may work. */
  | "suspected"
  /** A kind that delivers no data before a suspend of its port, which a page cannot do. */
  | "unusable";

export interface OpenedGrade {
  readonly lacks: readonly Lack[];
  readonly features: readonly LeFeature[];
  readonly imitation: Imitation;
  /** "5.1"; null for a number that no specification has. */
  readonly core: string | null;
}

export function gradeOpened(facts: OpenedFacts, usb: UsbFacts | null): OpenedGrade {
  const has = (feature: LeFeature): boolean => {
    const bit = LE_FEATURES[feature];
    return (((facts.features[bit >> 3] ?? 0) >> (bit & 7)) & 1) === 1;
  };
  const lacks: readonly (readonly [Lack, boolean])[] = [
    ["encryption", !has("encryption")],
    ["resolving-list", !has("llPrivacy") || facts.resolvingListSize === 0],
    ["long-packets", !has("dataPacketLengthExtension")],
    ["two-megabit", !has("le2MPhy")],
    ["coded-phy", !has("leCodedPhy")],
    ["long-advertisements", !has("extendedAdvertising")],
  ];
  const named: readonly LeFeature[] = [
    "encryption",
    "connectionParametersRequest",
    "dataPacketLengthExtension",
    "llPrivacy",
    "le2MPhy",
    "leCodedPhy",
    "extendedAdvertising",
    "periodicAdvertising",
  ];
  return {
    lacks: lacks.filter(([, lacking]) => lacking).map(([lack]) => lack),
    features: named.filter(has),
    imitation: imitationOf(facts, usb),
    core: CORE_VERSIONS[facts.version.hciVersion] ?? null,
  };
}

/** Assigned Numbers 2.1: the specification behind a version number. */
const CORE_VERSIONS: readonly string[] = [
  "1.0b",
  "1.1",
  "1.2",
  "2.0",
  "2.1",
  "3.0",
  "4.0",
  "4.1",
  "4.2",
  "5.0",
  "5.1",
  "5.2",
  "5.3",
  "5.4",
  "6.0",
];

const CSR = { vendorId: 0x0a12, productId: 0x0001, company: 10 } as const;
/** False device versions of imitations; those in `MUTE` deliver no data before a suspend. */
const FALSE_VERSIONS: ReadonlySet<number> = new Set([0x0100, 0x0134, 0x1915, 0x2520, 0x7558, 0x8891]);
const MUTE: ReadonlySet<number> = new Set([0x0134, 0x7558]);
/** Up to which HCI version a true CSR chip of at most this revision goes. */
const CSR_REVISIONS: readonly (readonly [revision: number, hciVersion: number])[] = [
  [0x034e, 1],
  [0x04c5, 2],
  [0x0c5c, 4],
  [0x1899, 4],
  [0x1d86, 5],
  [0x2031, 6],
];

/** Only the ids that imitations borrow are looked at: every other adapter is what it is. */
function imitationOf({ version }: OpenedFacts, usb: UsbFacts | null): Imitation {
  if (usb?.vendorId !== CSR.vendorId || usb.productId !== CSR.productId) return "none";
  const { companyIdentifier, hciSubversion, lmpSubversion, hciVersion } = version;
  const highest = CSR_REVISIONS.find(([revision]) => hciSubversion <= revision)?.[1];
  const fake =
    companyIdentifier !== CSR.company ||
    hciSubversion !== lmpSubversion ||
    FALSE_VERSIONS.has(usb.deviceVersion) ||
    (highest !== undefined && hciVersion > highest);
  if (!fake) return "none";
  return MUTE.has(usb.deviceVersion) ? "unusable" : "suspected";
}
