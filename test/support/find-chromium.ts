import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { chromium } from "@playwright/test";

/** Names on the PATH, in the order of preference: what a person uses first. */
const NAMES = ["google-chrome-stable", "google-chrome", "chromium", "chromium-browser", "chrome"];

function macPlaces(): string[] {
  const apps = ["Google Chrome.app/Contents/MacOS/Google Chrome", "Chromium.app/Contents/MacOS/Chromium"];
  return ["/Applications", join(homedir(), "Applications")].flatMap((root) =>
    apps.map((app) => join(root, app)),
  );
}

function windowsPlaces(): string[] {
  const roots = [
    process.env["PROGRAMFILES"],
    process.env["PROGRAMFILES(X86)"],
    process.env["LOCALAPPDATA"],
  ].filter((root) => root !== undefined);
  return roots.flatMap((root) => [
    join(root, "Google", "Chrome", "Application", "chrome.exe"),
    join(root, "Chromium", "Application", "chrome.exe"),
  ]);
}

function places(): string[] {
  if (process.platform === "darwin") return macPlaces();
  if (process.platform === "win32") return windowsPlaces();
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * An installed Chrome or Chromium: the one `CHROMIUM` names, else one in the usual places, else the one Playwright
 * downloaded earlier. A `CHROMIUM` that does not exist is an error, never silently another browser.
 */
export function findChromium(): string | undefined {
  const named = process.env["CHROMIUM"];
  if (named !== undefined && named !== "") {
    if (!isExecutable(named)) throw new Error(`Cannot start a browser: CHROMIUM names no program (${named})`);
    return named;
  }
  return [...places(), chromium.executablePath()].find((path) => isExecutable(path));
}

function canUseApt(): boolean {
  return process.platform === "linux" && process.getuid?.() === 0 && existsSync("/usr/bin/apt-get");
}

function apt(...args: string[]): void {
  spawnSync("apt-get", args, {
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
}

function download(): void {
  const cli = join(import.meta.dirname, "../../node_modules/@playwright/test/cli.js");
  spawnSync(process.execPath, [cli, "install", "chromium"], { stdio: ["ignore", "inherit", "inherit"] });
}

/** As `findChromium`; installs one where there is none. Throws with what is missing where that fails too. */
export function ensureChromium(): string {
  const ways = [...(canUseApt() ? [() => (apt("update"), apt("install", "-y", "chromium"))] : []), download];
  let found = findChromium();
  for (const install of ways) {
    if (found !== undefined) return found;
    install();
    found = findChromium();
  }
  if (found !== undefined) return found;
  throw new Error(
    "Cannot run the browser tests: no Chrome or Chromium was found and none could be installed. " +
      "Install Google Chrome or Chromium, or set CHROMIUM to its program file",
  );
}
