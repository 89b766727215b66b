/** The stand-ins as one script for `page.addInitScript`. */
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { build } from "vite";
import type { Desk, DeskKind } from "./desk.ts";

let bundled: Promise<string> | undefined;

async function bundle(): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: "warn",
    build: {
      write: false,
      target: "esnext",
      lib: { entry: join(import.meta.dirname, "desk.ts"), formats: ["iife"], name: "deskScript" },
    },
  });
  const [first] = Array.isArray(result) ? result : [result];
  const chunk =
    first !== undefined && "output" in first ? first.output.find(({ type }) => type === "chunk") : undefined;
  if (chunk?.type !== "chunk") throw new Error("Cannot bundle the stand-ins");
  return chunk.code;
}

/** Before the page is opened. */
export async function installDesk(page: Page): Promise<void> {
  bundled ??= bundle();
  await page.addInitScript({ content: await bundled });
}

declare global {
  var desk: Desk;
}

export function plug(
  page: Page,
  kind: DeskKind,
  how: { readonly held?: boolean; readonly denied?: boolean } = {},
): Promise<void> {
  return page.evaluate(([wanted, more]) => desk.plug(wanted, more), [kind, how] as const);
}

export const pull = (page: Page): Promise<void> => page.evaluate(() => desk.pull());
