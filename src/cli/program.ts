/** What every command has: who may be asked, where results go, and what this process is given. */
import type { System } from "../state/platform.ts";
import { Output } from "./output.ts";
import type { SecretPorts } from "./secret-input.ts";
import type { Terminal } from "./terminal.ts";

export interface Program {
  readonly version: string;
  readonly system: System;
  readonly terminal: Terminal;
  readonly out: { write(text: string): unknown };
  readonly secrets: SecretPorts;
  /** Control-C, or the end of the service: everything ends with code 6. */
  readonly interrupted: AbortSignal;
  interrupt(): void;
}

export function systemOf(platform: NodeJS.Platform): System {
  if (platform === "win32") return "windows";
  if (platform === "darwin") return "macos";
  return platform === "linux" ? "linux" : "unknown";
}

export function outputOf(
  { out, terminal, system }: Program,
  { json, verbose }: { readonly json: boolean; readonly verbose: boolean },
): Output {
  return new Output({ out, err: terminal.output, json, verbose, system });
}
