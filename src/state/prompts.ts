/** What has to be asked on the way to a device: which one it is, whether it is the one of the record, and consent. */
import type { EnsurePrompts, RepairConsent } from "../bonds/prompts.ts";
import { displayName } from "../bonds/record.ts";
import type { Peer } from "../link/backend.ts";
import { DeviceError } from "../link/failure.ts";
import { wipeOutOfBand } from "../link/out-of-band.ts";
import type { BondRecord } from "../storage/records.ts";
import type { Chooser } from "./chooser.ts";
import type { OobRefusal } from "./oob.ts";
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
  | {
      readonly kind: "repair";
      readonly device: string;
      readonly answer: (go: boolean) => void;
      /** Null where no code from another channel can be used. */
      readonly code: CodeAnswer | null;
    }
  /** The keys cannot be stored: a bond would be good for this page only. */
  | {
      readonly kind: "unstored";
      readonly why: "vault-locked" | "not-writable";
      readonly answer: (go: boolean) => void;
    };

/** A yes with a code that came over another way than the radio. */
export interface CodeAnswer {
  /** `Peer.id` under which the device was bonded; null where its record has none. */
  readonly bonded: string | null;
  /** Returns what is wrong with the code: then the question stays. */
  answer(text: string): OobRefusal | null;
}

/**
 * `show` gets each question, and null when it is over. The chooser opens from the click that answers. `nameDongle` says
 * what the adapter is called that a record belongs to. `takesCodes`: pairing is ours, so a code from another channel can
 * be used.
 */
export function promptsThrough(
  show: (ask: Ask | null) => void,
  chooser: Pick<Chooser, "choose" | "open">,
  nameDongle: (record: BondRecord) => Promise<string>,
  takesCodes = false,
): EnsurePrompts {
  /** `answer` returns false where the question was over already. */
  async function question<T>(signal: AbortSignal, ask: (answer: (value: T) => boolean) => Ask): Promise<T> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    let over = false;
    const stop = (): void => {
      over = true;
      reject(new DeviceError({ kind: "cancelled", by: "caller" }));
    };
    const answer = (value: T): boolean => {
      if (over) return false;
      over = true;
      resolve(value);
      return true;
    };
    signal.addEventListener("abort", stop, { once: true });
    show(ask(answer));
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
    async confirmRepair(record, signal) {
      // Not needed where no code can be used, so it comes with the first question that can be answered by one.
      const reader = takesCodes ? await import("./oob.ts") : null;
      const bonded = record.platformId;
      return question<RepairConsent>(signal, (answer) => ({
        kind: "repair",
        device: displayName(record),
        answer,
        code: reader && {
          bonded,
          answer(text) {
            const reading = reader.readOobForRepair(text, bonded);
            if (reading.kind === "refused") return reading.refusal;
            if (!answer({ outOfBand: reading.outOfBand })) wipeOutOfBand(reading.outOfBand);
            return null;
          },
        },
      }));
    },
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
