/** What the commands on the air share: an opened world, a time limit, and words for what went wrong. */
import { explain } from "../../ui/explain.ts";
import { explainAdapter } from "../../ui/explain/dongle.ts";
import { ResultCode } from "../../bonds/result.ts";
import { DeviceError } from "../../link/failure.ts";
import type { Connection } from "../../link/backend.ts";
import type { Chooser } from "../../link/hci/ports.ts";
import { DEFAULT_DEVICE_POLICY } from "../../link/security.ts";
import type { Trace } from "../../../hci/trace/trace.ts";
import type { Common } from "../arguments.ts";
import { Deadline } from "../deadline.ts";
import { chooserFor, recordOf } from "../find-device.ts";
import { nodeClock } from "../node-clock.ts";
import { troubleOf } from "../outcome.ts";
import type { Output } from "../output.ts";
import type { Program } from "../program.ts";
import { openWorld, type World } from "../world.ts";

export interface OnAdapter {
  readonly program: Program;
  readonly output: Output;
  readonly common: Common;
  readonly chooser?: Chooser;
  readonly trace?: Trace;
}

const nobody: Chooser = async () => null;
const after = (ms: number, run: () => void): (() => void) => nodeClock.after(ms, run);

/** Runs `work` and resolves with the exit status. Rejects for faults of ours. */
export async function onAdapter(
  { program, output, common, chooser = nobody, trace }: OnAdapter,
  work: (world: World, signal: AbortSignal) => Promise<void>,
): Promise<number> {
  const deadline = new Deadline(common.timeoutMs, program.interrupted, after);
  try {
    await using world = await openWorld({
      program,
      common,
      readOnly: false,
      chooser,
      warn: (text) => output.warn(text),
      signal: deadline.signal,
      ...(trace && { trace }),
    });
    await work(world, deadline.signal);
    return ResultCode.ok;
  } catch (error) {
    return told(error, deadline, program, output);
  } finally {
    deadline.end();
  }
}

function told(error: unknown, deadline: Deadline, { system }: Program, output: Output): number {
  if (deadline.isOver) {
    output.warn("Cannot go on: the time that was given is over (--timeout)");
    return ResultCode.unreachable;
  }
  const trouble = troubleOf(error);
  if (trouble === undefined) throw error;
  if (error instanceof DeviceError) {
    const { failure } = error;
    const isMissing = failure.kind === "adapter" && failure.state === "missing";
    const { happened, next } = isMissing ? explainAdapter("missing") : explain(failure, system);
    output.warn([happened, ...next].join(" "));
  }
  if (trouble.detail !== null) output.warn(trouble.detail);
  return ResultCode[trouble.verdict.name];
}

/** A link to the device, encrypted where there is a bond. */
export async function withLink(
  options: OnAdapter,
  device: string,
  work: (connection: Connection, signal: AbortSignal) => Promise<void>,
): Promise<number> {
  return onAdapter(
    { ...options, chooser: chooserFor(device, options.common.findMs, after) },
    async (world, signal) => {
      const { backend, store } = world;
      const record = await recordOf(store, device, backend.bonds.localIdentity);
      const known = (await backend.known(signal)).find(({ id }) => id === record?.platformId);
      const peer = known ?? (await backend.choose({ services: [], optionalServices: [] }, signal));
      await using connection = await peer.connect(signal);
      if (known !== undefined) {
        const policy = { ...DEFAULT_DEVICE_POLICY, legacyAllowed: record?.legacyAllowed ?? false };
        await connection.bonding?.encrypt(policy, signal);
      }
      await work(connection, signal);
    },
  );
}
