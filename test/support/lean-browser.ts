/**
 * Without the two pages with which the address field shows its suggestions: each start of a browser would load them, in
 * processes of their own, for a third of what a start costs.
 */
const SUGGESTIONS = ["WebUIOmniboxPopup", "WebUIOmniboxAimPopup"];

/** What Playwright switches off, and wants off here: only the last `--disable-features` of a command line counts. */
const AS_PLAYWRIGHT = [
  "AimEnabled",
  "AvoidCorsURLLoaderRestartOnRedirect",
  "AvoidUnnecessaryBeforeUnloadCheckSync",
  "DestroyProfileOnBrowserClose",
  "HttpsFirstBalancedModeAutoEnable",
  "HttpsUpgrades",
  "LensOverlay",
  "MediaRouter",
  "NetworkTimeServiceQuerying",
  "OptimizationHints",
  "PaintHolding",
  "PreconnectToSearch",
  "ThirdPartyStoragePartitioning",
];

export const LEAN_FLAG = `--disable-features=${[...SUGGESTIONS, ...AS_PLAYWRIGHT].join()}`;
