/** One command, from its words to its exit status. */
import { parseCommand, type Command } from "./arguments.ts";
import { bondCommand } from "./commands/bond.ts";
import { exportCommand } from "./commands/export.ts";
import { forgetCommand } from "./commands/forget.ts";
import { gattCommand, readCommand } from "./commands/gatt.ts";
import { importCommand } from "./commands/import.ts";
import { planCommand } from "./commands/plan.ts";
import { listCommand } from "./commands/list.ts";
import { scanCommand, traceCommand } from "./commands/scan.ts";
import { INTERNAL_FAULT, troubleOf, WRONG_USAGE } from "./outcome.ts";
import { outputOf, type Program } from "./program.ts";
import { ResultCode } from "../bonds/result.ts";
import { UsageError } from "./usage-error.ts";
import { USAGE } from "./usage.ts";

/** Never rejects: a fault of this program is 70, so that nobody takes it for a result. */
export async function runCommand(argv: readonly string[], program: Program): Promise<number> {
  const { output: screen } = program.terminal;
  try {
    return await dispatched(parseCommand(argv), program);
  } catch (error) {
    if (error instanceof UsageError) {
      screen.write(`${error.message}\n\nbondkeeper --help says more\n`);
      return WRONG_USAGE;
    }
    const trouble = troubleOf(error);
    if (trouble !== undefined) {
      screen.write(`${trouble.detail ?? "Cannot go on"}\n`);
      return ResultCode[trouble.verdict.name];
    }
    screen.write(`Something went wrong inside this program: ${nameOf(error)}\n`);
    return INTERNAL_FAULT;
  }
}

function dispatched(command: Command, program: Program): Promise<number> | number {
  if (command.kind === "help") {
    program.out.write(USAGE);
    return 0;
  }
  if (command.kind === "version") {
    program.out.write(`${program.version}\n`);
    return 0;
  }
  const output = outputOf(program, command);
  switch (command.kind) {
    case "bond":
      return (command.plan ? planCommand : bondCommand)(command, program, output);
    case "list":
      return listCommand(command, program, output);
    case "forget":
      return forgetCommand(command, program, output);
    case "import":
      return importCommand(command, program, output);
    case "export":
      return exportCommand(command, program, output);
    case "gatt":
      return gattCommand(command, program, output);
    case "read":
      return readCommand(command, program, output);
    case "scan":
      return scanCommand(command, program, output);
    case "trace":
      return traceCommand(command, program, output);
  }
}

/** Where, not with what: a message may quote what was being worked on. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  const [, at = ""] = (error.stack ?? "").split("\n    at ");
  return `${error.name} at ${at.split("\n")[0] ?? ""}`;
}
