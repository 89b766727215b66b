/**
 * The part of Web Bluetooth that we use, and what a page can say about its surroundings. Structural, so that tests
 * pass a stand-in; the browser's own objects fit. Optional members exist in some browsers only.
 */
import type { CharacteristicProperty } from "../gatt.ts";

interface Events {
  addEventListener(type: string, listener: () => void): void;
  removeEventListener(type: string, listener: () => void): void;
}

export interface PlatformBluetooth {
  getAvailability(): Promise<boolean>;
  requestDevice(options: PlatformRequest): Promise<PlatformDevice>;
  getDevices?(): Promise<PlatformDevice[]>;
}

export type PlatformRequest =
  | { acceptAllDevices: true; optionalServices: string[] }
  | { filters: { services?: string[]; namePrefix?: string }[]; optionalServices: string[] };

export interface PlatformDevice extends Events {
  readonly id: string;
  readonly name?: string | undefined;
  readonly gatt?: PlatformServer | undefined;
  forget?(): Promise<void>;
}

export interface PlatformServer {
  readonly connected: boolean;
  connect(): Promise<PlatformServer>;
  disconnect(): void;
  getPrimaryServices(uuid?: string): Promise<PlatformService[]>;
}

export interface PlatformService {
  readonly uuid: string;
  getCharacteristics(uuid?: string): Promise<PlatformCharacteristic[]>;
}

export interface PlatformCharacteristic extends Events {
  readonly uuid: string;
  readonly properties: Readonly<Record<CharacteristicProperty, boolean>>;
  readonly value?: DataView | undefined;
  getDescriptors(): Promise<{ readonly uuid: string }[]>;
  readValue(): Promise<DataView>;
  writeValueWithResponse(value: BufferSource): Promise<void>;
  writeValueWithoutResponse(value: BufferSource): Promise<void>;
  startNotifications(): Promise<PlatformCharacteristic>;
  stopNotifications(): Promise<PlatformCharacteristic>;
}

export interface PageSurroundings {
  /** Undefined where the browser has no Web Bluetooth, or the page is no secure context. */
  readonly bluetooth: PlatformBluetooth | undefined;
  readonly secureContext: boolean;
  /** A Chromium without `navigator.bluetooth` has it behind a flag (Linux); other browsers have none. */
  readonly chromium: boolean;
  readonly linux: boolean;
  /** False in a frame that was not given the feature; undefined where the browser cannot say. */
  readonly allowedByPolicy: boolean | undefined;
}

interface FeaturePolicy {
  allowsFeature?(feature: string): boolean;
}

interface PageGlobals {
  readonly isSecureContext?: boolean;
  readonly navigator?: {
    readonly bluetooth?: PlatformBluetooth;
    readonly userAgent?: string;
    readonly userAgentData?: {
      readonly platform?: string;
      readonly brands?: readonly { readonly brand: string }[];
    };
  };
  readonly document?: { readonly permissionsPolicy?: FeaturePolicy; readonly featurePolicy?: FeaturePolicy };
}

/** What this page can say; pass `globalThis`. */
export function pageSurroundings(page: PageGlobals): PageSurroundings {
  const { navigator, document } = page;
  const data = navigator?.userAgentData;
  const agent = navigator?.userAgent ?? "";
  const policy = document?.permissionsPolicy ?? document?.featurePolicy;
  return {
    bluetooth: navigator?.bluetooth,
    secureContext: page.isSecureContext ?? false,
    // userAgentData is missing over http; every Chromium has "Chrome/" in its agent text, browsers of iOS have not.
    chromium: data?.brands?.some(({ brand }) => brand === "Chromium") ?? agent.includes("Chrome/"),
    linux: (data?.platform ?? "") === "Linux" || (data === undefined && /\bLinux\b(?!.*Android)/.test(agent)),
    allowedByPolicy: policy?.allowsFeature?.("bluetooth"),
  };
}
