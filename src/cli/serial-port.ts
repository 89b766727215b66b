/** A controller behind a serial port of this computer, through the package `serialport`. */
import { streamTransport } from "../../hci/transport/stream.ts";
import type { Transport } from "../../hci/transport/transport.ts";
import { DeviceError } from "../link/failure.ts";
import { optional } from "./optional-package.ts";

const BAUD_RATE = 1_000_000;

/** Opens it each time that the result is called: DeviceError `adapter`, missing or held. Rejects without the package. */
export async function serialPort(path: string): Promise<() => Promise<Transport>> {
  const { SerialPort } = await optional("serialport", () => import("serialport"));
  return () => {
    const { promise, resolve, reject } = Promise.withResolvers<Transport>();
    const port = new SerialPort({ path, baudRate: BAUD_RATE, rtscts: true, autoOpen: false });
    port.open((cause) => {
      if (cause === null) return resolve(streamTransport(port));
      const held = /lock|busy|denied|access/iu.test(cause.message);
      reject(new DeviceError({ kind: "adapter", state: held ? "held" : "missing" }, { cause }));
    });
    return promise;
  };
}
