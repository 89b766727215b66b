/** One process per directory. The lock of a process that died is taken over; that of a living one never. */
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { isFields } from "../storage/check.ts";

/** Another process uses the directory. */
export class KeysInUseError extends Error {
  override readonly name = "KeysInUseError";
  readonly pid: number;

  constructor(directory: string, pid: number, host: string) {
    super(`Cannot open the keys in ${directory}: process ${pid} on ${host} uses them`);
    this.pid = pid;
  }
}

interface Holder {
  readonly token: string;
  readonly pid: number;
  readonly host: string;
  /** Tells a process from another that got its number later; empty where the system does not say. */
  readonly started: string;
}

export interface FileLock {
  /** Rejects where somebody else has taken the lock: nothing may be written any more. */
  assertOurs(): Promise<void>;
  /** Whether a process that died had it before. */
  readonly takenOver: boolean;
  release(): Promise<void>;
}

const ATTEMPTS = 5;

/** Rejects with KeysInUseError. `token`: fresh and unique. */
export async function lockDirectory(directory: string, token: string): Promise<FileLock> {
  const path = join(directory, "lock");
  const own: Holder = { token, pid: process.pid, host: hostname(), started: await startOf(process.pid) };
  let takenOver = false;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (await take(path, own)) return lockOf(directory, path, own, takenOver);
    const holder = await holderOf(path);
    if (holder === undefined) continue; // released in the meantime
    if (holder !== "damaged" && (await isAlive(holder))) {
      throw new KeysInUseError(directory, holder.pid, holder.host);
    }
    await removeStale(path, holder === "damaged" ? "" : holder.token, `${path}.${token}.stale`);
    takenOver = true;
  }
  throw new KeysInUseError(directory, 0, "an unknown host");
}

/** A link is made only where nothing has the name: complete contents from the first moment. */
async function take(path: string, own: Holder): Promise<boolean> {
  const temp = `${path}.${own.token}`;
  await writeFile(temp, JSON.stringify(own), { mode: 0o600, flag: "wx" });
  try {
    await link(temp, path);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  } finally {
    await rm(temp, { force: true });
  }
}

/** Two processes may find the same dead holder: the second must not remove the lock that the first took meanwhile. */
async function removeStale(path: string, token: string, aside: string): Promise<void> {
  try {
    await rename(path, aside);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return;
    throw error;
  }
  const moved = await holderOf(aside);
  const isStale = moved === "damaged" ? token === "" : moved?.token === token;
  // Where it cannot be put back another one has it by now, and its owner notices before it writes.
  if (!isStale) await link(aside, path).catch(() => {});
  await rm(aside, { force: true });
}

function lockOf(directory: string, path: string, own: Holder, takenOver: boolean): FileLock {
  const isOurs = async (): Promise<boolean> => {
    const holder = await holderOf(path);
    return holder !== undefined && holder !== "damaged" && holder.token === own.token;
  };
  return {
    takenOver,
    async assertOurs() {
      if (!(await isOurs())) throw new KeysInUseError(directory, 0, "an unknown host");
    },
    async release() {
      if (await isOurs()) await rm(path, { force: true });
    },
  };
}

async function holderOf(path: string): Promise<Holder | "damaged" | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
  try {
    const value: unknown = JSON.parse(text);
    if (!isFields(value)) return "damaged";
    const { token, pid, host, started } = value;
    const fits =
      typeof token === "string" &&
      typeof pid === "number" &&
      Number.isSafeInteger(pid) &&
      pid > 0 &&
      typeof host === "string" &&
      typeof started === "string";
    return fits ? { token, pid, host, started } : "damaged";
  } catch {
    return "damaged";
  }
}

/** Of another machine nothing can be known: its process counts as alive. */
async function isAlive({ pid, host, started }: Holder): Promise<boolean> {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) === "ESRCH") return false;
    if (codeOf(error) !== "EPERM") throw error;
  }
  const now = await startOf(pid);
  return started === "" || now === "" || started === now;
}

/** Linux: this boot, and when the process started in it. */
async function startOf(pid: number): Promise<string> {
  try {
    const boot = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    // The name of the program, in brackets, may contain anything: fields are counted from behind it.
    const ticks = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
    return `${boot} ${ticks}`;
  } catch {
    return "";
  }
}

export function codeOf(error: unknown): string {
  const code: unknown = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "";
}
