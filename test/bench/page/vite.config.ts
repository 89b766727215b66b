import { defineConfig } from "vite";

/** The contests that count in a browser only. */
export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  logLevel: "warn",
  build: { outDir: "../../../.cache/bench", emptyOutDir: true, target: "esnext" },
});
