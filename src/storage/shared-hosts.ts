/**
 * Hosts where pages that have nothing to do with each other share one origin, and with it IndexedDB, BroadcastChannel
 * and device permissions. Bonds are not stored there (security policy D5).
 */

/** Shared below each name: `somebody.github.io/one` and `somebody.github.io/two` are one origin. */
const SHARED_BELOW = [
  "github.io",
  "gitlab.io",
  "bitbucket.io",
  "codeberg.page",
  "githack.com",
  "statically.io",
  "jsdelivr.net",
  "githubusercontent.com",
  "cdpn.io",
] as const;

/** Shared at exactly this name; names below it belong to one owner each. */
const SHARED_AT: ReadonlySet<string> = new Set([
  "unpkg.com",
  "esm.sh",
  "jsfiddle.net",
  "fiddle.jshell.net",
  "s3.amazonaws.com",
  "storage.googleapis.com",
  "storage.cloud.google.com",
  "ipfs.io",
  "gateway.pinata.cloud",
  "web.archive.org",
]);

/** S3 in path style, by region: `s3.eu-central-1.amazonaws.com/bucket/`. */
const S3_BY_REGION = /^s3[.-][\da-z-]+\.amazonaws\.com$/u;

/** The name that says `hostname` is shared, or null. A trailing dot does not hide a host. */
export function sharedHost(hostname: string): string | null {
  const host = hostname.toLowerCase().replace(/\.$/u, "");
  if (SHARED_AT.has(host) || S3_BY_REGION.test(host)) return host;
  return SHARED_BELOW.find((shared) => host === shared || host.endsWith(`.${shared}`)) ?? null;
}
