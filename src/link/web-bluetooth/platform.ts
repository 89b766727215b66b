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

/** `globalThis` of a page fits. */
export interface PageGlobals {
  readonly isSecureContext?: boolean;
  readonly navigator?: { readonly bluetooth?: PlatformBluetooth; readonly userAgent?: string };
  readonly document?: object;
}

/** What this page can say about itself; pass `globalThis`. */
export function pageSurroundings({ navigator, document, isSecureContext }: PageGlobals): PageSurroundings {
  // Chromium only, and unknown to the DOM types; missing over http.
  const data = member(navigator, "userAgentData");
  const platform = member(data, "platform");
  const brands = member(data, "brands");
  const agent = navigator?.userAgent ?? "";
  return {
    bluetooth: navigator?.bluetooth,
    secureContext: isSecureContext ?? false,
    // Every Chromium has "Chrome/" in its agent text; the browsers of iOS have not.
    chromium: Array.isArray(brands)
      ? brands.some((entry: unknown) => member(entry, "brand") === "Chromium")
      : agent.includes("Chrome/"),
    linux: platform === undefined ? /\bLinux\b(?!.*Android)/.test(agent) : platform === "Linux",
    allowedByPolicy: policyOf(document),
  };
}

/** A browser whose Web Bluetooth is switched off does not know the feature at all, and then it allows nothing. */
function policyOf(document: object | undefined): boolean | undefined {
  const policy = member(document, "permissionsPolicy") ?? member(document, "featurePolicy");
  const features = call(policy, "features");
  if (Array.isArray(features) && !features.includes("bluetooth")) return undefined;
  const allowed = call(policy, "allowsFeature", "bluetooth");
  return allowed === undefined ? undefined : allowed === true;
}

function call(owner: unknown, name: string, ...parameters: readonly string[]): unknown {
  const method = member(owner, name);
  return typeof method === "function" ? Reflect.apply(method, owner, parameters) : undefined;
}

function member(owner: unknown, name: string): unknown {
  return typeof owner === "object" && owner !== null ? Reflect.get(owner, name) : undefined;
}
