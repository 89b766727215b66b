/** A controller behind a serial port: H4 over Web Serial, or over anything of the same shape. */
import type { Bytes, Clock } from "../../../../hci/ports.ts";
import { BACKLOG_LIMIT, H4Transport } from "../../../../hci/transport/h4-transport.ts";
import { TransportError } from "../../../../hci/transport/transport.ts";
import { limited } from "../../bounded.ts";
import { DeviceError } from "../../failure.ts";
import type { SerialClaim, SerialSettings } from "../../serial.ts";
import type { AdapterPort, OpenAdapter } from "../ports.ts";
import { portSteps, STEP_MS } from "./port-steps.ts";
import { wantedPort } from "./wanted.ts";

/** The part of a `SerialPort` that is used. */
export interface SerialDevicePort {
  readonly readable: ReadableStream<Uint8Array> | null;
  readonly writable: WritableStream<Uint8Array> | null;
  open(options: SerialSettings & { readonly bufferSize: number }): Promise<void>;
  close(): Promise<void>;
  setSignals(signals: { readonly dataTerminalReady: boolean }): Promise<void>;
  getInfo(): { readonly usbVendorId?: number; readonly usbProductId?: number };
}

/** The part of `navigator.serial` that is used. */
export interface SerialBusPort<P extends SerialDevicePort = SerialDevicePort> {
  /** Those that may be used without asking again. */
  getPorts(): Promise<readonly P[]>;
  addEventListener(type: "disconnect", listener: (event: { readonly target: unknown }) => void): void;
  removeEventListener(type: "disconnect", listener: (event: { readonly target: unknown }) => void): void;
}

export interface WebSerialOptions<P extends SerialDevicePort> {
  readonly bus: SerialBusPort<P>;
  readonly wanted: SerialClaim;
  readonly settings: SerialSettings;
  readonly clock: Clock;
}

/** Octets: a flood of reports must fit while the page is busy. */
const BUFFER_SIZE = 64 * 1024;
/** A port takes what it is given, or its other side is gone. */
const WRITE_MS = 5_000;

/**
 * Opens the port that `wanted` describes. Rejects with DeviceError: `adapter` missing, held or lost; `blocked`;
 * `timeout`; `cancelled`. Octets that are not H4 end the transport: where the next packet begins would be a guess. The
 * way back is to open it again and to begin with Reset.
 */
export function webSerialAdapter<P extends SerialDevicePort>(options: WebSerialOptions<P>): AdapterPort {
  return { open: (signal) => openAdapter(options, signal) };
}

async function openAdapter<P extends SerialDevicePort>(
  { bus, wanted, settings, clock }: WebSerialOptions<P>,
  signal: AbortSignal,
): Promise<OpenAdapter> {
  const step = portSteps(signal, clock);
  const port = wantedPort(await step(() => bus.getPorts()), wanted);
  if (port === undefined) throw new DeviceError({ kind: "adapter", state: "missing" });
  await step(() => port.open({ ...settings, bufferSize: BUFFER_SIZE }));
  try {
    // Without it some firmware believes that nobody listens.
    await step(() => port.setSignals({ dataTerminalReady: true }));
    const { readable, writable } = port;
    if (readable === null || writable === null) throw new DeviceError({ kind: "adapter", state: "lost" });
    return { transport: serialTransport(bus, port, readable, writable, clock), usb: null };
  } catch (error) {
    await port.close().catch(() => {}); // the first error counts
    throw error;
  }
}

function serialTransport<P extends SerialDevicePort>(
  bus: SerialBusPort<P>,
  port: P,
  readable: ReadableStream<Uint8Array>,
  writable: WritableStream<Uint8Array>,
  clock: Clock,
): H4Transport {
  const reader = readable.getReader();
  const writer = writable.getWriter();
  let backlog = 0;
  /** What comes before our first packet, which is Reset, is of an earlier session. */
  let begun = false;
  const lost = (cause?: unknown): void =>
    transport.fail(new DeviceError({ kind: "adapter", state: "lost" }, { cause }));
  const gone = (event: { readonly target: unknown }): void => {
    if (event.target === port) lost();
  };
  const write = async (octets: Bytes): Promise<void> => {
    backlog += octets.length;
    try {
      await limited(writer.write(octets), "write", WRITE_MS, clock);
    } catch (error) {
      lost(error);
    } finally {
      backlog -= octets.length;
      octets.fill(0); // a command may have carried a key
    }
  };
  const transport = new H4Transport({
    write(octets) {
      if (backlog > BACKLOG_LIMIT)
        throw new TransportError("Cannot send: the port does not take what is sent");
      begun = true;
      void write(octets);
    },
    async close() {
      bus.removeEventListener("disconnect", gone);
      await limited(letGo(port, reader, writer), "disconnect", STEP_MS, clock);
    },
  });
  const read = async (): Promise<void> => {
    try {
      for (;;) {
        const { value, done } = await reader.read();
        if (done) break;
        if (begun) transport.receive(value);
      }
      lost();
    } catch (error) {
      lost(error);
    }
  };
  bus.addEventListener("disconnect", gone);
  void read();
  return transport;
}

/** A port closes only when nothing holds its streams. */
async function letGo(
  port: SerialDevicePort,
  reader: ReadableStreamDefaultReader<Uint8Array>,
  writer: WritableStreamDefaultWriter<Uint8Array>,
): Promise<void> {
  const ignore = (): void => {}; // what is gone cannot be ended more than that
  await reader.cancel().catch(ignore);
  reader.releaseLock();
  await writer.abort().catch(ignore);
  writer.releaseLock();
  await port.close();
}
