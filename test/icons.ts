/**
 * The icons of the installed app, drawn by Chromium from `public/icon.svg` and committed: `npm run icons`. Maskable ones
 * fill the whole square, because a launcher cuts its own shape, and keep the sign within the inner 80 percent.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import { findChromium } from "./support/find-chromium.ts";

const PUBLIC = join(import.meta.dirname, "../public");
const GROUND = "#131c31";
const INK = "#e9eef8";

interface Icon {
  readonly name: string;
  /** Pixels. */
  readonly size: number;
  readonly svg: string;
}

const drawing = readFileSync(join(PUBLIC, "icon.svg"), "utf8");
const sign = /<g [\s\S]*<\/g>/.exec(drawing)?.[0];
if (sign === undefined) throw new Error("Cannot draw icons: icon.svg has no group");

function square(inside: string, radius: number): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="${radius}" fill="${GROUND}"/>${inside}</svg>`;
}

/** The same strokes as in the page's navigation (`src/ui/icons.ts`). */
function shortcut(strokes: string): string {
  return square(
    `<g transform="translate(7 7) scale(.75)" fill="none" stroke="${INK}" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round">${strokes}</g>`,
    16,
  );
}

const maskable = square(`<g transform="translate(4.8 4.8) scale(.7)">${sign}</g>`, 0);
const ICONS: readonly Icon[] = [
  { name: "any-192", size: 192, svg: drawing },
  { name: "any-512", size: 512, svg: drawing },
  { name: "maskable-192", size: 192, svg: maskable },
  { name: "maskable-512", size: 512, svg: maskable },
  { name: "shortcut-add-96", size: 96, svg: shortcut('<path d="M12 5v14M5 12h14"/>') },
  {
    name: "shortcut-explain-96",
    size: 96,
    svg: shortcut(
      '<path d="M4 5h16v11h-8l-4.5 4V16H4z"/><path d="M10 9a2 2 0 1 1 2.6 1.9c-.5.2-.6.5-.6 1.1M12 14v.2"/>',
    ),
  },
  {
    name: "shortcut-settings-96",
    size: 96,
    svg: shortcut(
      '<path d="M4 7h10M18 7h2M4 17h2M10 17h10"/><circle cx="16" cy="7" r="2.4"/><circle cx="8" cy="17" r="2.4"/>',
    ),
  },
];

const executablePath = findChromium();
const browser = await chromium.launch({
  ...(executablePath !== undefined && { executablePath }),
  args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
});
mkdirSync(join(PUBLIC, "icons"), { recursive: true });
for (const { name, size, svg } of ICONS) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  await page.setContent(
    `<style>*{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${svg}`,
  );
  const path = join(PUBLIC, "icons", `${name}.png`);
  writeFileSync(path, await page.screenshot({ omitBackground: true }));
  await page.close();
}
await browser.close();
