/** The page as it is deployed, built and served for a measurement. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "vite";
import { StaticServer } from "../support/static-server.ts";

export interface ServedPage extends AsyncDisposable {
  /** With a slash at its end. */
  readonly url: string;
}

export async function serveBuiltPage(): Promise<ServedPage> {
  const outDir = mkdtempSync(join(tmpdir(), "bench-page-"));
  const root = join(import.meta.dirname, "../..");
  await build({ root, logLevel: "silent", build: { outDir, emptyOutDir: true } });
  const server = await StaticServer.start(outDir, "/");
  return {
    url: server.url,
    async [Symbol.asyncDispose]() {
      await server.stop();
      rmSync(outDir, { recursive: true, force: true });
    },
  };
}
