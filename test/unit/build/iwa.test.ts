import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Bundle } from "wbn";
import { isolatedManifest, signedBundle, updateManifest } from "../../../build/iwa.ts";

test("the isolated manifest has a version, its own id, absolute addresses, PNG icons and the permissions", () => {
  const own = readFileSync(new URL("../../../public/manifest.webmanifest", import.meta.url), "utf8");
  const made = JSON.parse(isolatedManifest(own, "1.2.3"));
  assert.equal(made.version, "1.2.3");
  assert.equal(made.id, "/");
  assert.deepEqual(made.permissions_policy["usb-unrestricted"], ["self"]);
  assert.doesNotMatch(JSON.stringify(made), /"\.\//);
  assert.ok(made.icons.some(({ sizes }: { readonly sizes: string }) => sizes === "192x192"));
  assert.ok(made.icons.every(({ type }: { readonly type: string }) => type === "image/png"));
});

test("the bundle holds every file under the key's origin, and a folder's page at the folder", async () => {
  const folder = mkdtempSync(join(tmpdir(), "bondkeeper-iwa-"));
  try {
    mkdirSync(join(folder, ".well-known"));
    writeFileSync(join(folder, "index.html"), "<!doctype html>");
    writeFileSync(join(folder, "sign.js.map"), "{}");
    writeFileSync(join(folder, ".well-known/manifest.webmanifest"), "{}");
    const { privateKey } = generateKeyPairSync("ed25519");
    const { bundle, origin } = await signedBundle(folder, privateKey);
    // The integrity block comes first; a bundle ends with its own length.
    const view = Buffer.from(bundle);
    const length = Number(view.readBigUInt64BE(view.length - 8));
    assert.ok(length < view.length);
    const inside = new Bundle(view.subarray(view.length - length));
    assert.deepEqual(
      inside.urls.toSorted(),
      [origin, `${origin}.well-known/manifest.webmanifest`, `${origin}index.html`].toSorted(),
    );
    assert.equal(Buffer.from(inside.getResponse(origin).body).toString(), "<!doctype html>");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("the update manifest names the version and the bundle", () => {
  assert.deepEqual(JSON.parse(updateManifest("1.2.3")), {
    versions: [{ version: "1.2.3", src: "bondkeeper.swbn" }],
  });
});
