/** A desk with dongles in front of the page, and the room behind it. */
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { build } from "vite";
import { expect, test as base } from "../../support/fixtures.ts";
import type { Desk, DeskKind, PlugOptions } from "./desk.ts";
import type { Method } from "./devices.ts";
import { Room } from "./room.ts";

let bundled: Promise<string> | undefined;

/** The stand-ins as one script for `page.addInitScript`. */
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

export const test = base.extend<{ methods: readonly Method[]; room: Room }>({
  methods: [[], { option: true }],
  room: async ({ session, guard, methods }, use) => {
    const room = await Room.open(methods);
    // The cable, not the page.
    guard.allow(new RegExp(`request to another origin: ${room.address}`));
    bundled ??= bundle();
    const content = `globalThis.deskRoom = ${JSON.stringify(room.address)};\n${await bundled}`;
    await session.page.addInitScript({ content });
    await use(room);
    await session.page.goto("about:blank");
    const { troubles } = room;
    await room.close();
    expect(troubles, "what no host may do").toEqual([]);
  },
});

declare global {
  var desk: Desk;
}

/** The dongle is in: it has power, and the browser sees it. */
export async function plug(room: Room, page: Page, kind: DeskKind, how: PlugOptions = {}): Promise<void> {
  room.power(kind === "zephyr" || kind === "serial" ? "one" : "separate");
  await page.evaluate(([wanted, more]) => desk.plug(wanted, more), [kind, how] as const);
}

/** The dongle is out. */
export async function pull(room: Room, page: Page): Promise<void> {
  await room.unplug();
  await page.evaluate(() => desk.pull());
}
