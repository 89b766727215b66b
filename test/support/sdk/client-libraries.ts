/** Public Web Bluetooth clients as their packages ship them. Their own types would bring an older type package along. */
import { createRequire } from "node:module";

const load = createRequire(import.meta.url);

interface MicrobitServices {
  readonly deviceInformationService?: {
    readDeviceInformation(): Promise<Readonly<Record<string, string | undefined>>>;
  };
  readonly buttonService?: {
    on(event: "buttonastatechanged", listener: (event: { readonly detail: number }) => void): void;
    readButtonAState(): Promise<number>;
  };
  readonly ledService?: {
    readMatrixState(): Promise<boolean[][]>;
    writeMatrixState(matrix: boolean[][]): Promise<void>;
    writeText(text: string): Promise<void>;
    getScrollingDelay(): Promise<number>;
    setScrollingDelay(ms: number): Promise<void>;
  };
  readonly temperatureService?: {
    on(event: "temperaturechanged", listener: (event: { readonly detail: number }) => void): void;
    readTemperature(): Promise<number>;
  };
  readonly magnetometerService?: unknown;
}

export const microbitLibrary: {
  requestMicrobit(bluetooth: Bluetooth): Promise<BluetoothDevice>;
  getServices(device: BluetoothDevice): Promise<MicrobitServices>;
} = load("microbit-web-bluetooth");

interface Observable<T> {
  subscribe(listener: (value: T) => void): { unsubscribe(): void };
}

interface MuseClient {
  connect(): Promise<void>;
  start(): Promise<void>;
  pause(): Promise<void>;
  deviceInfo(): Promise<unknown>;
  disconnect(): void;
  readonly deviceName: string;
  readonly connectionStatus: Observable<boolean>;
  readonly eegReadings: Observable<{ index: number; electrode: number; samples: number[] }>;
}

export const museLibrary: { readonly MuseClient: new () => MuseClient } = load("muse-js");

interface SecureDfu {
  requestDevice(buttonless: boolean, filters: unknown): Promise<BluetoothDevice>;
  update(device: BluetoothDevice, init: ArrayBuffer, firmware: ArrayBuffer): Promise<BluetoothDevice>;
  addEventListener(event: "log", listener: (event: { readonly message: string }) => void): void;
}

export const SecureDfuLibrary: new (
  crc32: (octets: Uint8Array) => number,
  bluetooth: Bluetooth,
) => SecureDfu = load("web-bluetooth-dfu");
