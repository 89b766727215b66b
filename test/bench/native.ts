/** The limits on this machine, outside JavaScript. Where the tools are missing, the contests go on without them. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Rival } from "./harness.ts";

const SOURCE = join(import.meta.dirname, "native.c");

/** AES-NI over `keys` keys, compiled now; undefined without a C compiler or without those instructions. */
export function aesNi(
  keys: number,
  goal: number,
): { readonly rival: Rival; readonly close: () => void } | undefined {
  const directory = mkdtempSync(join(tmpdir(), "native-"));
  const program = join(directory, "native");
  const close = (): void => rmSync(directory, { recursive: true, force: true });
  const built = spawnSync("cc", ["-O3", "-maes", "-msse4.1", "-o", program, SOURCE]);
  const measure = (): number => Number.parseFloat(spawnSync(program, { encoding: "utf8" }).stdout);
  if (built.status !== 0 || !(measure() > 0)) {
    close();
    return undefined;
  }
  return { rival: { name: "AES-NI, in C", sample: () => measure() * keys, goal }, close };
}

/** Nanoseconds of one ECDH on P-256 by `openssl speed`, which signs its name under it; undefined without it. */
export function opensslEcdh(): { readonly ns: number; readonly version: string } | undefined {
  const run = spawnSync("openssl", ["speed", "-mr", "-seconds", "1", "ecdhp256"], { encoding: "utf8" });
  const perSecond = /^\+F5:\d+:\d+:([\d.]+):/m.exec(run.stdout ?? "")?.[1];
  if (perSecond === undefined) return undefined;
  const version = spawnSync("openssl", ["version"], { encoding: "utf8" })
    .stdout.split(" ")
    .slice(0, 2)
    .join(" ");
  const value = Number(perSecond);
  return { ns: value > 1 ? 1e9 / value : value * 1e9, version };
}
