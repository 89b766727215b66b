import { readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig, type Plugin } from "vite";
import { firstChunk } from "./build/first-chunk.ts";
import { serviceWorker } from "./build/service-worker.ts";
import { documentPolicy, REFERRER_POLICY, securityHeaders } from "./src/app/security-policy.ts";
import { parseBridges } from "./src/state/bridge.ts";

/** Bridges elsewhere that this build may use: exact origins, with spaces between. */
const BRIDGES = parseBridges(process.env["BONDKEEPER_BRIDGES"] ?? "");

/** Writes the policy into the built page, before anything it governs. */
function policyInDocument(): Plugin {
  return {
    name: "bondkeeper-document-policy",
    apply: "build",
    transformIndexHtml: () => [
      {
        tag: "meta",
        attrs: { "http-equiv": "Content-Security-Policy", content: documentPolicy(BRIDGES) },
        injectTo: "head-prepend",
      },
      { tag: "meta", attrs: { name: "referrer", content: REFERRER_POLICY }, injectTo: "head-prepend" },
    ],
  };
}

/** An isolated app has its manifest at a place of its own. */
function isolatedManifestLink(): Plugin {
  return {
    name: "bondkeeper-isolated-manifest",
    transformIndexHtml: (html) => html.replace("./manifest.webmanifest", "/.well-known/manifest.webmanifest"),
  };
}

/** A test builds a second version to update to. */
function appVersion(): string {
  const named = process.env["BONDKEEPER_VERSION"];
  if (named !== undefined) return named;
  const manifest: unknown = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8"));
  if (typeof manifest === "object" && manifest !== null && "version" in manifest)
    return String(manifest.version);
  throw new Error("Cannot build: package.json has no version");
}

export default defineConfig(({ mode }) => ({
  // The built folder works under any path of any host.
  base: "./",
  define: { __APP_VERSION__: JSON.stringify(appVersion()), __BRIDGES__: JSON.stringify(BRIDGES) },
  // An isolated app is one signed file: there is nothing for a service worker to keep.
  plugins: [policyInDocument(), mode === "iwa" ? isolatedManifestLink() : serviceWorker()],
  build: {
    target: "esnext",
    sourcemap: true,
    // The polyfill is an inline script; every browser with Web Bluetooth has the real thing.
    modulePreload: { polyfill: false },
    // No `data:` URL may stand for a script, a style or a font.
    assetsInlineLimit: 0,
    // The second page is the address of an ensure link on hosts that serve files and nothing else.
    rollupOptions: {
      input: ["index.html", "ensure/index.html"],
      output: {
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [{ name: firstChunk(join(import.meta.dirname, "index.html")), debugName: "first" }],
        },
      },
    },
  },
  server: {
    headers: securityHeaders(BRIDGES),
    // The overlay writes innerHTML, which the policy forbids; errors stand in the terminal.
    hmr: { overlay: false },
  },
  preview: { headers: securityHeaders(BRIDGES) },
}));
