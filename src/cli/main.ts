#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { isFields } from "../storage/check.ts";
import { INTERNAL_FAULT } from "./outcome.ts";
import { systemOf, type Program } from "./program.ts";
import { runCommand } from "./run.ts";

const interrupting = new AbortController();
const program: Program = {
  version: version(),
  system: systemOf(process.platform),
  terminal: { input: process.stdin, output: process.stderr },
  out: process.stdout,
  secrets: { stdin: process.stdin, credentials: process.env["CREDENTIALS_DIRECTORY"] },
  interrupted: interrupting.signal,
  interrupt: () => interrupting.abort(new Error("Interrupted")),
};

for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => program.interrupt());
// Without this an exception would end with 1, and read as "no working bond".
process.on("uncaughtException", () => process.exit(INTERNAL_FAULT));
process.on("unhandledRejection", () => process.exit(INTERNAL_FAULT));

// Timers of the host keep no process alive; the command does.
const alive = setInterval(() => {}, 2 ** 30);
process.exitCode = await runCommand(process.argv.slice(2), program);
clearInterval(alive);
process.stdin.unref?.();

/** From the package, two folders up both in the sources and in what is published. */
function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  return isFields(manifest) ? String(manifest["version"]) : "unknown";
}
