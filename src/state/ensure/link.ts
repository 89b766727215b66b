/**
 * An ensure link: `#device=…&mode=…&level=…&return=…&nonce=…&client=…`. It comes from anywhere, so it is hostile: bounded,
 * every name known and given once, and nothing in it can lower security, add an adapter or change a setting.
 */
import type { Mode } from "../../bonds/result.ts";
import { NONCE } from "../../sdk/signed-result.ts";
import type { Level } from "../../storage/records.ts";
import { appAddress, appOrigin, MAX_ADDRESS } from "../../storage/apps/rows.ts";
import { fitting } from "../../storage/check.ts";

export interface EnsureRequest {
  /** A record's id, an address, or a name: what the asking page calls the device. Empty where it only wants to talk. */
  readonly device: string;
  readonly mode: Mode;
  /** What the asking page demands; the record's own minimum counts too. */
  readonly level: Level | null;
  /** Where the result goes: an address without a fragment. */
  readonly returnTo: string | null;
  /** Of the asking page, to be repeated in the result. */
  readonly nonce: string | null;
  /** The origin of the page that opened this window and wants to send messages. */
  readonly client: string | null;
}

/** Why a link is refused; its result is 64, usage. */
export type LinkProblem =
  | { readonly kind: "too-long" }
  | { readonly kind: "malformed" }
  | { readonly kind: "unknown"; readonly name: string }
  | { readonly kind: "twice"; readonly name: string }
  | { readonly kind: "missing"; readonly name: "device" | "nonce" }
  | { readonly kind: "wrong"; readonly name: ParameterName };

export const PARAMETERS = ["device", "mode", "level", "return", "nonce", "client"] as const;
export type ParameterName = (typeof PARAMETERS)[number];

export type ParsedLink =
  | { readonly kind: "request"; readonly request: EnsureRequest }
  /** Who asked, as far as it can be told. */
  | { readonly kind: "refused"; readonly problem: LinkProblem };

/** With room for an encoded return address. */
export const MAX_ENSURE_LINK = 3 * MAX_ADDRESS + 2_000;
const MAX_DEVICE = 300;
const MODES: readonly Mode[] = ["check", "ensure", "repair"];
const LEVELS: readonly Level[] = ["encrypted", "authenticated", "secure"];

/** `parameters` is what stands after `#` or after `#/ensure?`. */
export function parseEnsureLink(parameters: string): ParsedLink {
  const values = valuesOf(parameters);
  if ("kind" in values) return refused(values);
  const device = values.get("device")?.trim() ?? "";
  const mode = MODES.find((known) => known === (values.get("mode") ?? "ensure"));
  const level = LEVELS.find((known) => known === values.get("level")) ?? null;
  const returnTo = addressIn(values.get("return"));
  const nonce = values.get("nonce") ?? null;
  const client = originIn(values.get("client"));
  if (device === "" && (client === null || returnTo !== null))
    return refused({ kind: "missing", name: "device" });
  if (device.length > MAX_DEVICE || /\p{Cc}/u.test(device)) return refused({ kind: "wrong", name: "device" });
  if (mode === undefined) return refused({ kind: "wrong", name: "mode" });
  if (level === null && values.has("level")) return refused({ kind: "wrong", name: "level" });
  if (returnTo === undefined) return refused({ kind: "wrong", name: "return" });
  if (nonce !== null && !NONCE.test(nonce)) return refused({ kind: "wrong", name: "nonce" });
  if (client === undefined) return refused({ kind: "wrong", name: "client" });
  // A result without a nonce could be shown to the asking page again and again.
  if (returnTo !== null && nonce === null) return refused({ kind: "missing", name: "nonce" });
  return { kind: "request", request: { device, mode, level, returnTo, nonce, client } };
}

const refused = (problem: LinkProblem): ParsedLink => ({ kind: "refused", problem });

function valuesOf(parameters: string): ReadonlyMap<ParameterName, string> | LinkProblem {
  if (parameters.length > MAX_ENSURE_LINK) return { kind: "too-long" };
  const values = new Map<ParameterName, string>();
  for (const pair of parameters.split("&")) {
    if (pair === "") continue;
    const at = pair.indexOf("=");
    const given = pair.slice(0, at < 0 ? undefined : at);
    const name = PARAMETERS.find((known) => known === given);
    if (name === undefined) return { kind: "unknown", name: given.slice(0, 40) };
    if (values.has(name)) return { kind: "twice", name };
    try {
      values.set(name, at < 0 ? "" : decodeURIComponent(pair.slice(at + 1).replaceAll("+", " ")));
    } catch {
      return { kind: "malformed" };
    }
  }
  return values;
}

/** Null where there is none, undefined where it is no address that a result may go to. */
function addressIn(value: string | undefined): string | null | undefined {
  if (value === undefined) return null;
  // As a browser prints it, so that what is compared and shown later is what is gone to.
  return fitting(appAddress, URL.parse(value)?.href);
}

function originIn(value: string | undefined): string | null | undefined {
  return value === undefined ? null : fitting(appOrigin, value);
}

/** Who asks: the origin that the result goes to, or the page that opened the window; null where nobody is named. */
export function askerOf({ returnTo, client }: EnsureRequest): string | null {
  return returnTo === null ? client : new URL(returnTo).origin;
}
