/**
 * `npm run build:iwa`: the page as an Isolated Web App, one signed file. The key is a PEM file (Ed25519 or P-256) that
 * `BONDKEEPER_IWA_KEY` names; without it a throw-away key of this working copy signs, good for development only. What is
 * made lies in `dist-iwa`: the signed bundle, and the update manifest that goes beside it on a server.
 */
import { createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { build } from "vite";
import { BundleBuilder } from "wbn";
import { IntegrityBlockSigner, NodeCryptoSigningStrategy, WebBundleId } from "wbn-sign";

const ROOT = join(import.meta.dirname, "..");
const PAGES = join(ROOT, ".cache/iwa");
const OUT = join(ROOT, "dist-iwa");
const BUNDLE = "bondkeeper.swbn";
const THROW_AWAY_KEY = join(ROOT, ".cache/iwa-development-key.pem");

/** Off unless named here; the last one opens the USB class of most Bluetooth dongles, E0. */
const PERMISSIONS = ["cross-origin-isolated", "bluetooth", "serial", "usb", "usb-unrestricted"];

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".webmanifest": "application/manifest+json",
};

interface Manifest {
  readonly icons: readonly { readonly type: string; readonly purpose: string }[];
  readonly shortcuts: readonly { readonly name: string; readonly url: string }[];
  readonly [key: string]: unknown;
}

/**
 * The page's own manifest as an isolated app needs it: absolute addresses, a version, and what it may use. Chromium
 * gives the whole installation up for one picture that it does not like, an SVG among them, so only the PNG icons stay.
 */
export function isolatedManifest(manifest: string, version: string): string {
  const own: Manifest = JSON.parse(manifest.replaceAll('"./', '"/'));
  // Chromium refuses the link handler's address in an isolated app.
  const { screenshots: _, file_handlers: __, protocol_handlers: ___, ...rest } = own;
  return JSON.stringify(
    {
      ...rest,
      id: "/",
      version,
      icons: own.icons.filter(({ type }) => type === "image/png"),
      shortcuts: own.shortcuts.map(({ name, url }) => ({ name, url })),
      permissions_policy: Object.fromEntries(PERMISSIONS.map((feature) => [feature, ["self"]])),
    },
    null,
    2,
  );
}

/** Builds the pages of the app into `folder`, ready for a server of the development mode or for a bundle. */
export async function buildPages(folder: string, version: string): Promise<void> {
  await build({ root: ROOT, mode: "iwa", logLevel: "warn", build: { outDir: folder, sourcemap: false } });
  const manifest = readFileSync(join(folder, "manifest.webmanifest"), "utf8");
  mkdirSync(join(folder, ".well-known"), { recursive: true });
  writeFileSync(join(folder, ".well-known/manifest.webmanifest"), isolatedManifest(manifest, version));
}

/** Every file of `folder` as one bundle, signed: its origin is the key's. */
export async function signedBundle(
  folder: string,
  key: KeyObject,
): Promise<{ readonly bundle: Uint8Array; readonly origin: string }> {
  const origin = new WebBundleId(key).serializeWithIsolatedWebAppOrigin();
  const builder = new BundleBuilder();
  for (const path of globSync(["**/*", ".well-known/*"], { cwd: folder }).toSorted()) {
    const type = TYPES[extname(path)];
    if (type === undefined) continue;
    const name = path.replaceAll("\\", "/");
    const body = readFileSync(join(folder, path));
    const headers = { "Content-Type": type };
    // A folder stands for its page: nothing in a bundle looks for an index.
    if (name.endsWith("index.html"))
      builder.addExchange(origin + name.slice(0, -"index.html".length), 200, headers, body);
    builder.addExchange(origin + name, 200, headers, body);
  }
  const strategy = new NodeCryptoSigningStrategy(key);
  const id = new WebBundleId(key).serialize();
  const signer = new IntegrityBlockSigner(builder.createBundle(), id, [strategy]);
  return { bundle: (await signer.sign()).signedWebBundle, origin };
}

/** What a server offers beside the bundle; browsers look there for a newer version. */
export function updateManifest(version: string): string {
  return JSON.stringify({ versions: [{ version, src: BUNDLE }] }, null, 2);
}

function signingKey(): KeyObject {
  const path = process.env["BONDKEEPER_IWA_KEY"];
  const passphrase = process.env["WEB_BUNDLE_SIGNING_PASSPHRASE"];
  if (path !== undefined && path !== "") {
    const pem = readFileSync(path, "utf8");
    return createPrivateKey({ key: pem, ...(passphrase !== undefined && { passphrase }) });
  }
  process.stderr.write(
    "BONDKEEPER_IWA_KEY names no key: signed with a throw-away key, for development only\n",
  );
  if (!existsSync(THROW_AWAY_KEY)) {
    const { privateKey } = generateKeyPairSync("ed25519");
    mkdirSync(join(ROOT, ".cache"), { recursive: true });
    writeFileSync(THROW_AWAY_KEY, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
  }
  return createPrivateKey(readFileSync(THROW_AWAY_KEY));
}

export function packageVersion(): string {
  const { version }: { readonly version: string } = JSON.parse(
    readFileSync(join(ROOT, "package.json"), "utf8"),
  );
  return version;
}

if (import.meta.main) {
  const version = packageVersion();
  const key = signingKey();
  await buildPages(PAGES, version);
  const { bundle, origin } = await signedBundle(PAGES, key);
  mkdirSync(OUT, { recursive: true });
  writeFileSync(join(OUT, BUNDLE), bundle);
  writeFileSync(join(OUT, "update.json"), updateManifest(version));
  process.stdout.write(`dist-iwa/${BUNDLE}  ${bundle.length} octets\n${origin}\n`);
}
