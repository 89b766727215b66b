import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Bundle } from "wbn";
import { IntegrityBlockSigner } from "wbn-sign";
import { isolatedManifest, signedBundle, updateManifest } from "../../../build/iwa.ts";
import { idOf, isSignedBy, readSignedBundle, signedOctets } from "../../support/signed-bundle.ts";

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
    const inside = new Bundle(readSignedBundle(bundle).bundle);
    assert.deepEqual(
      inside.urls.toSorted(),
      [origin, `${origin}.well-known/manifest.webmanifest`, `${origin}index.html`].toSorted(),
    );
    assert.equal(Buffer.from(inside.getResponse(origin).body).toString(), "<!doctype html>");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

for (const kind of ["ed25519", "P-256"] as const)
  test(`the bundle is signed by the ${kind} key whose id is its origin, and nothing in it can be changed`, async () => {
    const folder = mkdtempSync(join(tmpdir(), "bondkeeper-iwa-"));
    try {
      writeFileSync(join(folder, "index.html"), "<!doctype html>");
      const { privateKey } =
        kind === "ed25519"
          ? generateKeyPairSync("ed25519")
          : generateKeyPairSync("ec", { namedCurve: "P-256" });
      const { bundle, origin } = await signedBundle(folder, privateKey);
      const file = readSignedBundle(bundle);
      const [signature, ...more] = file.signatures;
      assert.ok(signature !== undefined && more.length === 0);
      assert.equal(isSignedBy(file, signature), true);
      assert.equal(idOf(signature), file.webBundleId);
      assert.equal(origin, `isolated-app://${file.webBundleId}/`);
      // The signer's own check agrees, and refuses what was changed.
      const signer = new IntegrityBlockSigner(file.bundle, file.webBundleId, []);
      signer.verifySignature(signedOctets(file, signature), signature.signature, signature.publicKey);
      for (const at of [0, Math.floor(file.bundle.length / 2), file.bundle.length - 9]) {
        const changed = Buffer.from(file.bundle);
        changed[at] = (changed[at] ?? 0) ^ 1;
        const forged = { ...file, bundle: changed };
        assert.equal(isSignedBy(forged, signature), false, `octet ${at}`);
        assert.throws(() =>
          signer.verifySignature(signedOctets(forged, signature), signature.signature, signature.publicKey),
        );
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

test("the update manifest names the version and the bundle", () => {
  assert.deepEqual(JSON.parse(updateManifest("1.2.3")), {
    versions: [{ version: "1.2.3", src: "bondkeeper.swbn" }],
  });
});
