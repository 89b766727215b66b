/**
 * The one source of the page's security policy: the servers send it as headers, the build writes what a document may
 * carry into `index.html` as well, so that a host without headers still gets it.
 */

type Directives = Readonly<Record<string, string>>;

/**
 * `trusted-types` names lit's own policy and ours; every other one, and `eval` with it, is refused. WebAssembly may be
 * compiled from octets (the search for private addresses makes its own); it reaches nothing that a script does not give it.
 */
const DIRECTIVES: Directives = {
  "default-src": "'none'",
  "script-src": "'self' 'wasm-unsafe-eval'",
  "style-src": "'self'",
  "img-src": "'self' data:",
  "manifest-src": "'self'",
  // A bridge to an adapter on this very machine; every other place stays closed.
  "connect-src": "'self' ws://127.0.0.1:* ws://localhost:*",
  "worker-src": "'self'",
  "base-uri": "'none'",
  "form-action": "'none'",
  "frame-ancestors": "'none'",
  "require-trusted-types-for": "'script'",
  "trusted-types": "lit-html bondkeeper",
};

/** A browser ignores these in a document, with a message in its console. */
const HEADER_ONLY: ReadonlySet<string> = new Set(["frame-ancestors"]);

function policy(directives: Directives): string {
  return Object.entries(directives)
    .map(([name, value]) => `${name} ${value}`)
    .join("; ");
}

/** The value of `Content-Security-Policy` that a server sends. `bridges`: origins that the build allows besides. */
export function contentSecurityPolicy(bridges: readonly string[] = []): string {
  return policy(withBridges(bridges));
}

/** What of it a `<meta http-equiv>` may say. */
export function documentPolicy(bridges: readonly string[] = []): string {
  const own = Object.entries(withBridges(bridges)).filter(([name]) => !HEADER_ONLY.has(name));
  return policy(Object.fromEntries(own));
}

function withBridges(bridges: readonly string[]): Directives {
  const places = [DIRECTIVES["connect-src"] ?? "", ...bridges];
  return { ...DIRECTIVES, "connect-src": places.join(" ") };
}

export const CONTENT_SECURITY_POLICY = contentSecurityPolicy();
export const DOCUMENT_POLICY = documentPolicy();

export const REFERRER_POLICY = "no-referrer";

/** Every header a server of this page sends. The socket of the module server is on this machine, too. */
export function securityHeaders(bridges: readonly string[] = []): Record<string, string> {
  return {
    "Content-Security-Policy": contentSecurityPolicy(bridges),
    "Referrer-Policy": REFERRER_POLICY,
    "Permissions-Policy": "bluetooth=(self), usb=(self), serial=(self)",
    "X-Content-Type-Options": "nosniff",
  };
}
