import { ensureBond, type EnsureOptions } from "../../bonds/ensure.ts";
import type { BondResult } from "../../bonds/result.ts";
import { end, generalVerdict, type Verdict } from "../../bonds/verdict.ts";
import { failureOf } from "../../link/failure.ts";
import { answersOf } from "../answers.ts";
import type { BondCommand } from "../arguments.ts";
import { Deadline } from "../deadline.ts";
import { chooserFor, recordOf, targetOf } from "../find-device.ts";
import { nodeClock } from "../node-clock.ts";
import { nameOfAdapter } from "../other-adapter.ts";
import { resultOf, troubleOf } from "../outcome.ts";
import type { Output } from "../output.ts";
import type { Program } from "../program.ts";
import { readPin } from "../secret-input.ts";
import { openWorld, type World } from "../world.ts";

/** Brings the bond to a proven state, or says why not. Resolves with the exit status; rejects for faults of ours. */
export async function bondCommand(command: BondCommand, program: Program, output: Output): Promise<number> {
  const deadline = new Deadline(command.timeoutMs, program.interrupted, (ms, run) =>
    nodeClock.after(ms, run),
  );
  const tell = (result: BondResult): number => {
    const told = deadline.isOver && result.name === "cancelled" ? outOfTime(result) : result;
    output.result(told);
    return told.code;
  };
  try {
    // Read before anything is opened: a file that cannot be read must not end a pairing half-way.
    const pin = await readPin(command.pin, program.secrets);
    await using world = await openWorld({
      program,
      common: command,
      readOnly: command.mode === "check",
      chooser: chooserFor(command.device, command.findMs, (ms, run) => nodeClock.after(ms, run)),
      warn: (text) => output.warn(text),
      signal: deadline.signal,
    });
    output.header(headerOf(command, program, world));
    return tell(await perform(command, { program, world, deadline, pin, output }));
  } catch (error) {
    const result = await refusedResult(error, command, program, output);
    if (result === undefined) throw error;
    return tell(result);
  } finally {
    deadline.end();
  }
}

interface Performing {
  readonly program: Program;
  readonly world: World;
  readonly deadline: Deadline;
  readonly pin: string | null;
  readonly output: Output;
}

async function perform(
  { device, mode, level, allowLegacy }: BondCommand,
  { program, world, deadline, pin, output }: Performing,
): Promise<BondResult> {
  const { signal } = deadline;
  const warn = (text: string): void => output.warn(text);
  const options: EnsureOptions = {
    mode,
    signal,
    prompts: answersOf({
      program,
      allowLegacy,
      mayRepair: mode === "repair",
      warn,
      nameAdapter: (record) => nameOfAdapter(world, record),
    }),
    ...(level === null ? {} : { level }),
    ...(pin === null ? {} : { pin }),
    ...(allowLegacy ? { allowLegacy } : {}),
    onStep(report) {
      deadline.step(report);
      output.step(report);
    },
  };
  try {
    const target = await targetOf(world, device, mode === "check", signal);
    const result = await ensureBond(target, options, world.ports);
    if (result.reason === "other-adapter") await tellOwner(world, device, warn);
    return result;
  } catch (error) {
    const verdict = generalVerdict(failureOf(error));
    const { transport } = world.backend.capabilities;
    return resultOf(verdict, { mode, device, transport, version: program.version });
  }
}

/** Which adapter has the bond that this one may not use. */
async function tellOwner(world: World, device: string, warn: (text: string) => void): Promise<void> {
  const record = await recordOf(world.store, device);
  if (record !== undefined) warn(`The bond is with another adapter: ${await nameOfAdapter(world, record)}`);
}

function headerOf(
  { device, mode, store }: BondCommand,
  { version, system }: Program,
  { adapter, backend }: World,
): readonly (readonly [string, string])[] {
  const { claim } = backend.session;
  return [
    ["bondkeeper", `${version}, Node ${process.versions.node} on ${system}`],
    ["adapter", `${adapter.name}, ${claim.address ?? "no public address"}, HCI ${claim.hciVersion}`],
    ["store", store ?? "the usual place"],
    ["device", device],
    ["mode", mode],
  ];
}

/** What ended the command before the procedure began; undefined for a fault of ours. */
async function refusedResult(
  error: unknown,
  { mode, device, transport }: BondCommand,
  { version }: Program,
  output: Output,
): Promise<BondResult | undefined> {
  const trouble = troubleOf(error);
  if (trouble === undefined) return undefined;
  const { failure } = trouble.verdict;
  // An adapter that nobody knows has no bond; a check has nothing to ask about it.
  const unknown = mode === "check" && failure?.kind === "adapter" && failure.state === "not-admitted";
  const verdict: Verdict = unknown ? end("not-valid", "no-record", "run-ensure").verdict : trouble.verdict;
  if (trouble.detail !== null) output.warn(trouble.detail);
  const kind = transport.kind === "simulator" ? "simulator" : "dongle";
  return resultOf(verdict, { mode, device, transport: kind, version });
}

/** Our own limit ended it, and nobody cancelled: the device was not reached in time. */
function outOfTime(result: BondResult): BondResult {
  return { ...result, code: 5, name: "unreachable", reason: "time-limit", remedy: "move-closer" };
}
