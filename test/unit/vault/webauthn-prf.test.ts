import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { VaultError } from "../../../src/storage/vault/ports.ts";
import { webAuthnPrf, type CredentialsPort } from "../../../src/storage/vault/webauthn-prf.ts";
import { rig, text } from "./vault-rig.ts";

const random = (octets: number): Uint8Array<ArrayBuffer> => crypto.getRandomValues(new Uint8Array(octets));
const refused = (error: unknown): boolean => error instanceof VaultError && error.failure.kind === "refused";

/** An authenticator with one credential: the PRF is SHA-256 over its secret and the salt. */
class Authenticator implements CredentialsPort {
  readonly #secret = random(32);
  readonly id = random(20);
  readonly asked: PublicKeyCredentialRequestOptions[] = [];
  hasPrf = true;
  /** As it answers where a person does not. */
  failure: Error | undefined;
  answer: "credential" | "null" | "password" = "credential";

  async create({ publicKey }: CredentialCreationOptions): Promise<Credential | null> {
    assert.ok(publicKey?.extensions?.prf);
    return this.#credential({ prf: { enabled: this.hasPrf } });
  }

  async get({ publicKey }: CredentialRequestOptions): Promise<Credential | null> {
    assert.ok(publicKey);
    this.asked.push(publicKey);
    const salt = publicKey.extensions?.prf?.eval?.first;
    assert.ok(salt instanceof Uint8Array);
    const first = await crypto.subtle.digest("SHA-256", Uint8Array.from([...this.#secret, ...salt]));
    return this.#credential(this.hasPrf ? { prf: { results: { first } } } : {});
  }

  #credential(results: AuthenticationExtensionsClientOutputs): Credential | null {
    if (this.failure !== undefined) throw this.failure;
    if (this.answer === "null") return null;
    const password = { id: "1", type: this.answer };
    if (this.answer === "password") return password;
    const rawId = this.id.buffer.slice(0);
    return Object.assign(password, { rawId, getClientExtensionResults: () => results });
  }
}

describe("a security key with the PRF extension", () => {
  test("opens the vault that it closed, also after a restart", async () => {
    const authenticator = new Authenticator();
    const first = rig({ prf: webAuthnPrf(authenticator, random) });
    await first.vault.create([{ kind: "prf" }]);
    const sealed = await first.vault.seal(text("secret"), ["a"]);
    const second = rig({ prf: webAuthnPrf(authenticator, random) }, first.rows);
    await second.vault.unlock({ kind: "prf" });
    assert.deepEqual(await second.vault.unseal(sealed, ["a"]), text("secret"));
  });

  test("is asked for its own credential, with a person's proof, and another challenge each time", async () => {
    const authenticator = new Authenticator();
    const prf = webAuthnPrf(authenticator, random);
    assert.ok(prf);
    const { credentialId } = await prf.create();
    assert.deepEqual(credentialId, authenticator.id);
    const salt = random(32);
    assert.deepEqual(await prf.evaluate(credentialId, salt), await prf.evaluate(credentialId, salt));
    assert.notDeepEqual(await prf.evaluate(credentialId, random(32)), await prf.evaluate(credentialId, salt));
    const challenges = authenticator.asked.map(({ challenge }) => JSON.stringify(challenge));
    assert.equal(new Set(challenges).size, challenges.length);
    for (const { userVerification, allowCredentials } of authenticator.asked) {
      assert.equal(userVerification, "required");
      assert.deepEqual(allowCredentials, [{ type: "public-key", id: credentialId }]);
    }
  });

  test("refuses by name where a person says no, where it has no PRF, and where it gives something else", async () => {
    const cases: readonly ((authenticator: Authenticator) => void)[] = [
      (it) => (it.failure = new DOMException("", "NotAllowedError")),
      (it) => (it.failure = new DOMException("", "SecurityError")),
      (it) => (it.failure = new TypeError("what?")),
      (it) => (it.hasPrf = false),
      (it) => (it.answer = "null"),
      (it) => (it.answer = "password"),
    ];
    for (const change of cases) {
      const authenticator = new Authenticator();
      change(authenticator);
      const prf = webAuthnPrf(authenticator, random);
      assert.ok(prf);
      await assert.rejects(prf.create(), refused);
      await assert.rejects(prf.evaluate(random(20), random(32)), refused);
    }
  });

  test("is not there where the browser has no WebAuthn", () => {
    assert.equal(webAuthnPrf(undefined, random), null);
  });
});
