/** Replaces a file so that whoever dies when, the old contents or the new ones are there. */
import { open, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** In order. What dies between two of them leaves the old file before `renamed`, the new one from then on. */
export type WriteStep = "temp-opened" | "temp-written" | "temp-synced" | "renamed" | "directory-synced";

const TEMP = ".tmp";

/** Owner-only. Resolves when the disk has it. `unique` makes the name of the temporary file beside it. */
export async function replaceFile(
  path: string,
  contents: string,
  unique: string,
  onStep: (step: WriteStep) => void = () => {},
): Promise<void> {
  const temp = `${path}.${unique}${TEMP}`;
  try {
    // Fails where something stands there already, a link to elsewhere included.
    const file = await open(temp, "wx", 0o600);
    try {
      await file.chmod(0o600);
      onStep("temp-opened");
      await file.writeFile(contents, "utf8");
      onStep("temp-written");
      await file.sync();
      onStep("temp-synced");
    } finally {
      await file.close();
    }
    await rename(temp, path);
  } catch (error) {
    await rm(temp, { force: true }).catch(() => {}); // the first error counts
    throw error;
  }
  onStep("renamed");
  await syncDirectory(dirname(path));
  onStep("directory-synced");
}

/** The new name is on disk only when its directory is. */
export async function syncDirectory(path: string): Promise<void> {
  // Windows has no such call, and its rename needs none.
  if (process.platform === "win32") return;
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** Temporary files of writes that were cut off: they may hold keys, and nobody needs them. */
export async function removeLeftovers(path: string): Promise<number> {
  const prefix = `${basename(path)}.`;
  const names = (await readdir(dirname(path))).filter(
    (name) => name.startsWith(prefix) && name.endsWith(TEMP),
  );
  for (const name of names) await rm(join(dirname(path), name), { force: true });
  return names.length;
}
