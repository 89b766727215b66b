/** Where a process without a screen gets its passphrase: never from arguments or variables, which others can read. */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";

export type PassphraseSource =
  | { readonly kind: "file"; readonly path: string }
  /** To its end. */
  | { readonly kind: "stream"; readonly stream: AsyncIterable<Uint8Array> }
  /** systemd: `LoadCredential=name:…`; `directory` is `$CREDENTIALS_DIRECTORY`. */
  | { readonly kind: "credential"; readonly name: string; readonly directory: string | undefined };

export class PassphraseError extends Error {
  override readonly name = "PassphraseError";
}

const MAX_OCTETS = 4_096;

/** Without the end of its line. Rejects with PassphraseError, which never says what was read. */
export async function readPassphrase(source: PassphraseSource): Promise<string> {
  switch (source.kind) {
    case "file":
      return textOf(await fileAt(source.path));
    case "stream":
      return textOf(await octetsOf(source.stream));
    case "credential": {
      const { name, directory } = source;
      if (directory === undefined || directory === "")
        throw new PassphraseError("Cannot read the credential: this process was not given any");
      if (!/^[\w.-]+$/u.test(name) || name.startsWith("."))
        throw new PassphraseError("Cannot read the credential: its name is not one of a credential");
      return textOf(await fileAt(join(directory, name)));
    }
  }
}

async function fileAt(path: string): Promise<Uint8Array> {
  try {
    const { mode, size } = await stat(path);
    if (process.platform !== "win32" && (mode & 0o077) !== 0)
      throw new PassphraseError("Cannot use the passphrase: others can read its file");
    if (size > MAX_OCTETS) throw new PassphraseError("Cannot use the passphrase: its file is too long");
    return await readFile(path);
  } catch (error) {
    if (error instanceof PassphraseError) throw error;
    throw new PassphraseError("Cannot read the passphrase: its file does not open", { cause: error });
  }
}

async function octetsOf(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of stream) {
    length += part.length;
    if (length > MAX_OCTETS) throw new PassphraseError("Cannot use the passphrase: it is too long");
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function textOf(octets: Uint8Array): string {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(octets);
  } catch {
    throw new PassphraseError("Cannot use the passphrase: it is not UTF-8");
  }
  octets.fill(0);
  const line = text.replace(/\r?\n$/u, "");
  if (line === "") throw new PassphraseError("Cannot use the passphrase: it is empty");
  return line;
}
