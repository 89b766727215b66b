/** What a link asks for and why it is refused, in words. */
import type { Mode } from "../../bonds/result.ts";
import type { LinkProblem } from "../../state/ensure/link.ts";
import type { Level } from "../../storage/records.ts";

export const WANTS: Readonly<
  Record<Mode, { readonly title: string; readonly body: string; readonly go: string }>
> = {
  check: {
    title: "Check a bond",
    body: "Bondkeeper looks whether the bond with this device works. Nothing is paired and nothing is changed.",
    go: "Check the bond",
  },
  ensure: {
    title: "Make sure of a bond",
    body: "Bondkeeper verifies the bond. Only where nothing was proven before, the device is paired.",
    go: "Make sure of the bond",
  },
  repair: {
    title: "Replace a bond",
    body: "The device is paired anew. You are asked once more before; the old bond comes back unless the new one is proven.",
    go: "Start the repair",
  },
};

export const DEMANDS: Readonly<Record<Level, string>> = {
  encrypted: "an encrypted link",
  authenticated: "encryption with a checked passkey or code",
  secure: "LE Secure Connections with a checked passkey or code",
};

export function problemWords(problem: LinkProblem): string {
  switch (problem.kind) {
    case "too-long":
      return "It is longer than any link of ours.";
    case "malformed":
      return "Something in it is not encoded as an address has to be.";
    case "unknown":
      return `It names “${problem.name}”, which no link can set. Nothing of it was used.`;
    case "twice":
      return `It says “${problem.name}” twice.`;
    case "missing":
      return problem.name === "device"
        ? "It names no device."
        : "It wants an answer, but has no nonce: an answer without one could be used again by somebody else.";
    case "wrong":
      return WRONG[problem.name];
  }
}

const WRONG = {
  device: "The device it names cannot be one.",
  mode: "Its mode is none of check, ensure and repair.",
  level: "Its level is none of encrypted, authenticated and secure.",
  return: "Its return address is not a plain https address without a fragment.",
  nonce: "Its nonce is not 16 to 64 octets in base64url.",
  client: "Its client is not the origin of a page.",
} as const;
