import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { keyStoreContract } from "./contract.ts";
import { openFile } from "./file-rig.ts";

let directory: string | undefined;
const remove = async (): Promise<void> => {
  if (directory !== undefined) await rm(directory, { recursive: true, force: true });
};
after(remove);

keyStoreContract({
  async fresh() {
    await remove();
    directory = await mkdtemp(join(tmpdir(), "keys-"));
  },
  open: () => openFile(directory ?? ""),
});
