/** A PIN from where the caller said, read when it is needed and not before. */
import type { SecretSource } from "./arguments.ts";
import { PassphraseError, readPassphrase } from "./file-key-store-passphrase.ts";

/** Standard input and what systemd gave the process. */
export interface SecretPorts {
  readonly stdin: AsyncIterable<Uint8Array>;
  /** `$CREDENTIALS_DIRECTORY` */
  readonly credentials: string | undefined;
}

/** Null where a person is to be asked. Rejects with PassphraseError, which never says what was read. */
export async function readSecret(
  source: SecretSource,
  { stdin, credentials }: SecretPorts,
): Promise<string | null> {
  switch (source.kind) {
    case "ask":
      return null;
    case "file":
      return readPassphrase(source);
    case "stdin":
      return readPassphrase({ kind: "stream", stream: stdin });
    case "credential":
      return readPassphrase({ ...source, directory: credentials });
  }
}

/** Six digits, with the zeros in front. */
export async function readPin(source: SecretSource, ports: SecretPorts): Promise<string | null> {
  const pin = await readSecret(source, ports);
  if (pin !== null && !/^\d{6}$/u.test(pin))
    throw new PassphraseError("Cannot use the PIN: it is not six digits");
  return pin;
}
