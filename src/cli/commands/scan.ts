import { btsnoop } from "../../../hci/trace/btsnoop.ts";
import { Trace } from "../../../hci/trace/trace.ts";
import type { Chooser, Sighting } from "../../link/hci/ports.ts";
import { DeviceError } from "../../link/failure.ts";
import type { Command, Common } from "../arguments.ts";
import { addressOfPeer } from "../find-device.ts";
import { intoNew } from "../new-file.ts";
import { nodeClock } from "../node-clock.ts";
import type { Output, Row } from "../output.ts";
import type { Program } from "../program.ts";
import { onAdapter } from "./on-adapter.ts";

/** Milliseconds on the air; less where the time for the command is less. */
const LISTEN_MS = 10_000;

/** Who advertises, strongest first. */
export function scanCommand(common: Common, program: Program, output: Output): Promise<number> {
  return listen(common, program, output, undefined, (rows) =>
    output.rows("device", rows, "Nobody advertises. Wake the device, and bring it closer"),
  );
}

/** The same with everything recorded that passes between host and adapter; keys are blanked. Overwrites nothing. */
export function traceCommand(
  command: Extract<Command, { readonly kind: "trace" }>,
  program: Program,
  output: Output,
): Promise<number> {
  const trace = new Trace({ clock: nodeClock, unixMs: Date.now() });
  return intoNew(command.to, (fill) =>
    listen(command, program, output, trace, async () => {
      await fill(btsnoop(trace));
      output.say(`${trace.records.length} packets are in ${command.to}; open it with Wireshark`);
    }),
  );
}

async function listen(
  common: Common,
  program: Program,
  output: Output,
  trace: Trace | undefined,
  tell: (rows: readonly Row[]) => void | Promise<void>,
): Promise<number> {
  let heard: readonly Sighting[] = [];
  const listenMs = Math.min(LISTEN_MS, common.timeoutMs / 2);
  const chooser: Chooser = async (sightings, signal) => {
    const { promise, resolve } = Promise.withResolvers<null>();
    const stop = nodeClock.after(listenMs, () => resolve(null));
    signal.addEventListener("abort", () => resolve(null), { once: true });
    await promise;
    stop();
    heard = sightings.all;
    return null;
  };
  const options = { program, output, common, chooser, ...(trace && { trace }) };
  return onAdapter(options, async ({ backend }, signal) => {
    try {
      await backend.choose({ services: [], optionalServices: [] }, signal);
    } catch (error) {
      const closed = error instanceof DeviceError && error.failure.kind === "cancelled";
      if (!closed || signal.aborted) throw error; // nobody is chosen here: that is how it ends
    }
    await tell(heard.toSorted((a, b) => (b.rssi ?? -128) - (a.rssi ?? -128)).map(rowOf));
  });
}

function rowOf({ id, name, rssi, services, connectable, bonded }: Sighting): Row {
  return {
    address: addressOfPeer(id),
    addressType: id.startsWith("public") ? "public" : "random",
    name: name ?? null,
    "RSSI dBm": rssi ?? null,
    connectable,
    bonded,
    services: services.join(" "),
  };
}
