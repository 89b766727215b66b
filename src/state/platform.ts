/** Which system and browser this is, as far as the browser says: used to choose advice, never to decide what works. */

export type System = "windows" | "macos" | "linux" | "chromeos" | "android" | "ios" | "unknown";

export interface Platform {
  readonly system: System;
  /** "Chrome 156", "Firefox 140"; for headers and advice. */
  readonly browser: string;
  readonly chromium: boolean;
}

/** What `navigator` gives; `userAgentData` exists in Chromium only, and only in secure contexts. */
export interface AgentFacts {
  readonly userAgent: string;
  readonly platform?: string;
  readonly brands?: readonly { readonly brand: string; readonly version: string }[];
  readonly touchPoints?: number;
}

export function platformOf(facts: AgentFacts): Platform {
  const { userAgent: agent, brands = [] } = facts;
  return {
    system: systemOf(facts),
    browser: browserOf(facts),
    chromium: brands.some(({ brand }) => brand === "Chromium") || agent.includes("Chrome/"),
  };
}

const BY_NAME: Readonly<Record<string, System>> = {
  Windows: "windows",
  macOS: "macos",
  Linux: "linux",
  "Chrome OS": "chromeos",
  "Chromium OS": "chromeos",
  Android: "android",
};

function systemOf({ userAgent, platform, touchPoints = 0 }: AgentFacts): System {
  const named = platform === undefined ? undefined : BY_NAME[platform];
  if (named !== undefined) return named;
  if (/iPhone|iPad|iPod/.test(userAgent)) return "ios";
  if (/Android/.test(userAgent)) return "android";
  if (/CrOS/.test(userAgent)) return "chromeos";
  if (/Windows/.test(userAgent)) return "windows";
  // An iPad says it is a Mac; no Mac has a touch screen.
  if (/Macintosh/.test(userAgent)) return touchPoints > 1 ? "ios" : "macos";
  return /Linux|X11/.test(userAgent) ? "linux" : "unknown";
}

const AGENTS: readonly (readonly [RegExp, string])[] = [
  [/Edg(?:A|iOS)?\/(\d+)/, "Edge"],
  [/OPR\/(\d+)/, "Opera"],
  [/SamsungBrowser\/(\d+)/, "Samsung Internet"],
  [/Firefox\/(\d+)|FxiOS\/(\d+)/, "Firefox"],
  [/CriOS\/(\d+)/, "Chrome"],
  [/Chrome\/(\d+)/, "Chrome"],
  [/Version\/(\d+).*Safari/, "Safari"],
];

function browserOf({ userAgent, brands = [] }: AgentFacts): string {
  const real = brands.filter(({ brand }) => !/not.?a.?brand/i.test(brand.replaceAll(/[^a-z]/gi, "")));
  const best = real.find(({ brand }) => brand !== "Chromium") ?? real[0];
  if (best !== undefined) return `${best.brand} ${best.version}`;
  for (const [pattern, name] of AGENTS) {
    const found = pattern.exec(userAgent);
    if (found !== null) return `${name} ${found[1] ?? found[2] ?? ""}`.trim();
  }
  return "Unknown browser";
}
