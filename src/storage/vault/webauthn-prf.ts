/** The PRF extension of WebAuthn behind the vault's port: a security key or a passkey opens the vault. */
import type { Bytes } from "../../../hci/ports.ts";
import { asThrown } from "../failures.ts";
import { VaultError, type PrfPort } from "./ports.ts";

/** The part of `navigator.credentials` that is used here. */
export interface CredentialsPort {
  create(options: CredentialCreationOptions): Promise<Credential | null>;
  get(options: CredentialRequestOptions): Promise<Credential | null>;
}

/** What `PublicKeyCredential` has that is used here; no need for its class. */
interface WithExtensions {
  readonly rawId: ArrayBuffer;
  getClientExtensionResults(): AuthenticationExtensionsClientOutputs;
}

const CHALLENGE_OCTETS = 32;
/** ES256 and RS256: what authenticators have. Nobody checks the signature; only the PRF counts. */
const ALGORITHMS = [-7, -257];

/**
 * Null where the page has no WebAuthn at all. Whether an authenticator has the extension is known only when it is asked:
 * then `create` rejects with `refused`.
 */
export function webAuthnPrf(
  credentials: CredentialsPort | undefined,
  random: (octets: number) => Bytes,
): PrfPort | null {
  if (credentials === undefined) return null;
  const ask = async (work: () => Promise<Credential | null>): Promise<WithExtensions> => {
    let answer: Credential | null;
    try {
      answer = await work();
    } catch (error) {
      throw new VaultError({ kind: "refused", detail: reasonOf(error) }, { cause: error });
    }
    if (!hasExtensions(answer)) throw new VaultError({ kind: "refused", detail: "no credential was given" });
    return answer;
  };
  return {
    async create() {
      const publicKey: PublicKeyCredentialCreationOptions = {
        rp: { name: "Bondkeeper" },
        user: { id: random(16), name: "vault", displayName: "Bondkeeper vault" },
        challenge: random(CHALLENGE_OCTETS),
        pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: "public-key", alg })),
        authenticatorSelection: { userVerification: "required" },
        extensions: { prf: {} },
      };
      const credential = await ask(() => credentials.create({ publicKey }));
      if (credential.getClientExtensionResults().prf?.enabled !== true)
        throw new VaultError({ kind: "refused", detail: "this authenticator has no PRF" });
      return { credentialId: new Uint8Array(credential.rawId.slice(0)) };
    },
    async evaluate(credentialId, salt) {
      const publicKey: PublicKeyCredentialRequestOptions = {
        challenge: random(CHALLENGE_OCTETS),
        allowCredentials: [{ type: "public-key", id: credentialId }],
        userVerification: "required",
        extensions: { prf: { eval: { first: salt } } },
      };
      const credential = await ask(() => credentials.get({ publicKey }));
      const first = credential.getClientExtensionResults().prf?.results?.first;
      if (first === undefined)
        throw new VaultError({ kind: "refused", detail: "the authenticator gave no PRF" });
      return first instanceof ArrayBuffer ? new Uint8Array(first) : copyOf(first);
    },
  };
}

function copyOf(view: ArrayBufferView): Bytes {
  return Uint8Array.from(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
}

function hasExtensions(credential: Credential | null): credential is Credential & WithExtensions {
  return (
    credential !== null &&
    "rawId" in credential &&
    credential.rawId instanceof ArrayBuffer &&
    "getClientExtensionResults" in credential
  );
}

function reasonOf(error: unknown): string {
  const { name } = asThrown(error);
  switch (name) {
    case "NotAllowedError":
      return "a person said no, or nobody answered";
    case "SecurityError":
      return "this page may not use WebAuthn";
    case "InvalidStateError":
      return "this authenticator is in use already";
    default:
      return name;
  }
}
