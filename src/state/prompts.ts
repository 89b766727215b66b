/** What has to be asked on the way to a device: which one it is, whether it is the one of the record, and consent. */
import type { EnsurePrompts } from "../bonds/prompts.ts";
import { displayName } from "../bonds/record.ts";
import type { Peer } from "../link/backend.ts";
import { DeviceError } from "../link/failure.ts";
import type { BondRecord } from "../storage/records.ts";
import type { Chooser } from "./chooser.ts";
import { ALWAYS_OPTIONAL, profileOf } from "./profiles.ts";

/** A question to the person. Every answer comes from a click. */
export type Ask =
  /** The browser does not remember the device: it must be chosen again. */
  | { readonly kind: "choose"; readonly device: string; readonly choose: () => void }
  /** Another id, the same name and services. */
  | {
      readonly kind: "identity";
      readonly device: string;
      readonly peerName: string;
      readonly answer: (same: boolean) => void;
    }
  /** The device has a bond with another adapter, and may give it up for a new one. */
  | {
      readonly kind: "elsewhere";
      readonly device: string;
      /** What that adapter is called; empty where nothing is known of it. */
      readonly dongle: string;
      readonly answer: (go: boolean) => void;
    }
  /** The device was reset, or something imitates it. */
  | { readonly kind: "repair"; readonly device: string; readonly answer: (go: boolean) => void }
  /** The keys cannot be stored: a bond would be good for this page only. */
  | {
      readonly kind: "unstored";
      readonly why: "vault-locked" | "not-writable";
      readonly answer: (go: boolean) => void;
    };

/**
 * `show` gets each question, and null when it is over. The chooser opens from the click that answers. `nameDongle` says
 * what the adapter is called that a record belongs to.
 */
export function promptsThrough(
  show: (ask: Ask | null) => void,
  chooser: Pick<Chooser, "choose" | "open">,
  nameDongle: (record: BondRecord) => Promise<string>,
): EnsurePrompts {
  async function question<T>(signal: AbortSignal, ask: (answer: (value: T) => void) => Ask): Promise<T> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const stop = (): void => reject(new DeviceError({ kind: "cancelled", by: "caller" }));
    signal.addEventListener("abort", stop, { once: true });
    show(ask(resolve));
    try {
      return await promise;
    } finally {
      signal.removeEventListener("abort", stop);
      show(null);
    }
  }

  return {
    async choosePeer(record, signal) {
      const device = record === null ? "" : displayName(record);
      const request = chooseRequest(record);
      // In a list, so that the question is over at once while the chooser stays open.
      const opened = await question<Promise<Peer | undefined>[]>(signal, (answer) => ({
        kind: "choose",
        device,
        choose: () => {
          if (!chooser.open) answer([chooser.choose(request, signal)]);
        },
      }));
      const peer = await opened[0];
      if (peer === undefined) throw new DeviceError({ kind: "busy", what: "operation" });
      return peer;
    },
    confirmIdentity: (record, peer, signal) =>
      question<boolean>(signal, (answer) => ({
        kind: "identity",
        device: displayName(record),
        peerName: peer.name ?? "",
        answer,
      })),
    async confirmElsewhere(record, signal) {
      const dongle = await nameDongle(record);
      const device = displayName(record);
      return question<boolean>(signal, (answer) => ({ kind: "elsewhere", device, dongle, answer }));
    },
    confirmRepair: (record, signal) =>
      question<boolean>(signal, (answer) => ({ kind: "repair", device: displayName(record), answer })),
    confirmUnstored: (why, signal) =>
      question<boolean>(signal, (answer) => ({ kind: "unstored", why, answer })),
  };
}

/** By the services of its profile where it was added with one, else by its name. */
function chooseRequest(record: BondRecord | null) {
  const profile = profileOf(record?.profile ?? null);
  const byName = profile === undefined && record !== null && record.name !== "";
  return {
    services: profile?.services ?? [],
    optionalServices: [...new Set([...(record?.services ?? []), ...ALWAYS_OPTIONAL])],
    ...(byName ? { namePrefix: record.name } : {}),
  };
}
