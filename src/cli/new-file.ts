import { rm, writeFile } from "node:fs/promises";
import { codeOf } from "./file-key-store-lock.ts";
import { UsageError } from "./usage-error.ts";

/** Writes a file that only its owner can read. Throws UsageError where there is one already, or none can be. */
export async function writeNew(path: string, content: string | Uint8Array): Promise<void> {
  try {
    await writeFile(path, content, { mode: 0o600, flag: "wx" });
  } catch (error) {
    throw new UsageError(`Cannot write ${path}: ${codeOf(error)}`, { cause: error });
  }
}

/**
 * Takes the place before long work, so that nothing is done in vain; `work` gets what fills it. Where it fails, the empty
 * file goes. Throws UsageError where there is a file already.
 */
export async function intoNew<T>(
  path: string,
  work: (fill: (content: Uint8Array) => Promise<void>) => Promise<T>,
): Promise<T> {
  await writeNew(path, "");
  let filled = false;
  try {
    return await work(async (content) => {
      await writeFile(path, content);
      filled = true;
    });
  } finally {
    if (!filled) await rm(path, { force: true });
  }
}
