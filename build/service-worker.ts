/**
 * Builds `src/app/sw.ts` into one file beside the page and writes into it what it has to keep: every file of the build
 * with its digest. Runs after the page is written, in the same `vite build`.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { build, type Plugin, type ResolvedConfig, type Rolldown } from "vite";

const SOURCE = "src/app/sw.ts";
/** Where the built worker lies before its list is put in: the list cannot be written into the file it is read from. */
const WITHOUT_LIST = ".cache/sw.js";

/** What nobody needs offline: maps for the developer tools, and pictures that only an installer or a store shows. */
const NOT_KEPT = ["**/*.map", "sw.js", "icons/**", "screenshots/**", ".well-known/**"];

async function bundleWorker(config: ResolvedConfig): Promise<string> {
  const result = await build({
    root: config.root,
    configFile: false,
    logLevel: "warn",
    define: config.define ?? {},
    publicDir: false,
    build: {
      write: false,
      target: "esnext",
      rolldownOptions: {
        input: join(config.root, SOURCE),
        // One classic script: a worker under Trusted Types may not load others.
        output: { format: "iife" },
      },
    },
  });
  const outputs = (Array.isArray(result) ? result : [result]).flatMap(
    (each: Rolldown.RolldownOutput | object) => ("output" in each ? each.output : []),
  );
  const chunk = outputs.find((output) => output.type === "chunk");
  if (chunk === undefined || outputs.length !== 1) throw new Error(`Cannot build ${SOURCE}: not one file`);
  return chunk.code;
}

export function serviceWorker(): Plugin {
  let config: ResolvedConfig;
  return {
    name: "bondkeeper-service-worker",
    apply: "build",
    configResolved(resolved) {
      config = resolved;
    },
    async closeBundle() {
      const { injectManifest } = await import("workbox-build/build/inject-manifest.js");
      const folder = resolve(config.root, config.build.outDir);
      const swSrc = join(config.root, WITHOUT_LIST);
      mkdirSync(join(config.root, ".cache"), { recursive: true });
      writeFileSync(swSrc, await bundleWorker(config));
      const { warnings } = await injectManifest({
        swSrc,
        swDest: join(folder, "sw.js"),
        globDirectory: folder,
        globPatterns: ["**/*"],
        globIgnores: NOT_KEPT,
        // Their names carry a digest already.
        dontCacheBustURLsMatching: /^assets\//,
        maximumFileSizeToCacheInBytes: 4 * 2 ** 20,
      });
      if (warnings.length > 0) throw new Error(`Cannot list what to keep offline: ${warnings.join("; ")}`);
    },
  };
}
