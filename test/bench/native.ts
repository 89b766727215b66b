/** The limits on this machine, outside JavaScript, compiled now. Where the tools are missing, the contests go on without. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Nanoseconds of one operation, measured anew. */
export interface NativeProgram {
  readonly name: string;
  measure(): number;
}

const PROGRAMS = {
  /** One key of a search for a private address. */
  aes: { name: "AES-NI, in C", source: "native-aes.c", flags: ["-O3", "-maes", "-msse4.1"], libraries: [] },
  /** A key pair and a shared secret. */
  p256: { name: "P-256 alone, OpenSSL from C", source: "native-p256.c", flags: ["-O2"], libraries: ["-ldl"] },
} as const;

export type NativeName = keyof typeof PROGRAMS;

const built = new Map<NativeName, NativeProgram | undefined>();

/** Undefined without a C compiler, the instructions or the library. */
export function nativeProgram(what: NativeName): NativeProgram | undefined {
  if (!built.has(what)) built.set(what, compiled(what));
  return built.get(what);
}

function compiled(what: NativeName): NativeProgram | undefined {
  const { name, source, flags, libraries } = PROGRAMS[what];
  const directory = mkdtempSync(join(tmpdir(), "native-"));
  process.once("exit", () => rmSync(directory, { recursive: true, force: true }));
  const program = join(directory, what);
  const { status } = spawnSync("cc", [
    ...flags,
    "-o",
    program,
    join(import.meta.dirname, source),
    ...libraries,
  ]);
  const measure = (): number => Number.parseFloat(spawnSync(program, { encoding: "utf8" }).stdout);
  return status === 0 && measure() > 0 ? { name, measure } : undefined;
}

export const isNativeName = (text: string): text is NativeName => text in PROGRAMS;
