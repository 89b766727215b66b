import { defineConfig } from "vite";
import { securityHeaders } from "../../../src/app/security-policy.ts";

/** A page for tests only: the real backend without the product around it, under the product's policy. */
export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  logLevel: "warn",
  build: {
    outDir: "../../../.cache/harness",
    emptyOutDir: true,
    target: "esnext",
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: ["index.html", "contract.html", "pairing.html", "consumer.html", "sdk.html", "app.html"].map(
        (page) => `${import.meta.dirname}/${page}`,
      ),
    },
  },
  preview: { headers: securityHeaders() },
});
