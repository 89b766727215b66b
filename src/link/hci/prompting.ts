/** Our own host's questions, asked in the product's words. */
import type { Abort, Address } from "../../../hci/ports.ts";
import type { About, PairingDelegate, PairingTerms as HostTerms } from "../../../hci/smp/delegate.ts";
import { PairingError, PairingOver, PairingTimeout } from "../../../hci/smp/errors.ts";
import type { PairingAbout, PairingEnd, PairingPeer, PairingPrompts, PairingTerms } from "../pairing.ts";
import { pairingReason } from "./pairing-reason.ts";

/** `peerOf`: who that is to the product. */
export function promptingDelegate(
  prompts: PairingPrompts,
  peerOf: (address: Address) => PairingPeer,
): Required<PairingDelegate> {
  const pairings = new Pairings(peerOf);
  return {
    accept: ({ kind, asked, replaces, proven, terms }, abort, about) =>
      prompts.accept(
        {
          kind,
          asked,
          replaces: replaces !== undefined,
          proven,
          terms: terms === undefined ? null : termsOf(terms),
        },
        pairings.of(abort, about),
      ),
    agree: (terms, abort, about) => prompts.agree(termsOf(terms), pairings.of(abort, about)),
    compare: (digits, abort, about) => prompts.compare(digits, pairings.of(abort, about)),
    enter: (entry, abort, about) => prompts.enter(pairings.of(abort, about), (key) => entry.pressed(key)),
    display: (digits, abort, about) => prompts.display(digits, pairings.of(abort, about)),
    keypress: (key, abort, about) => prompts.keypress(key, pairings.of(abort, about)),
  };
}

/** One `PairingAbout` for each pairing, however many questions it has. */
class Pairings {
  readonly #peerOf: (address: Address) => PairingPeer;
  readonly #known = new WeakMap<Abort, PairingAbout>();

  constructor(peerOf: (address: Address) => PairingPeer) {
    this.#peerOf = peerOf;
  }

  of(abort: Abort, about: About): PairingAbout {
    const known = this.#known.get(abort);
    if (known !== undefined) return known;
    const ended = new AbortController();
    const end = (): void => ended.abort(endOf(abort.reason));
    if (abort.aborted) end();
    else abort.addEventListener("abort", end, { once: true });
    const made: PairingAbout = {
      peer: this.#peerOf(about.peer),
      signal: ended.signal,
      remainingMs: () => about.remainingMs(),
      stop: () => about.stop(),
    };
    this.#known.set(abort, made);
    return made;
  }
}

const KEYS = ["encKey", "idKey", "signKey", "linkKey"] as const;

function termsOf({ role, method, peerOffers, ...agreed }: HostTerms): PairingTerms {
  const { authReq, ioCapability, oobData, maxKeySize } = peerOffers;
  const offered = role === "initiator" ? peerOffers.responderKeys : peerOffers.initiatorKeys;
  return {
    role,
    method: method.kind,
    secureConnections: agreed.secureConnections,
    keySize: agreed.keySize,
    bonding: agreed.bonding,
    keypress: agreed.keypress,
    peer: {
      ...authReq,
      ioCapability,
      oobData: oobData === "present",
      maxKeySize,
      keys: KEYS.filter((key) => offered[key]),
    },
  };
}

function endOf(reason: unknown): PairingEnd {
  if (reason instanceof PairingOver) return { kind: "paired" };
  if (reason instanceof PairingError) {
    return {
      kind: "failed",
      reason: pairingReason(reason.reason),
      by: reason.by === "local" ? "us" : "peer",
    };
  }
  if (reason instanceof PairingTimeout) return { kind: "failed", reason: "smp-timeout", by: "nobody" };
  // What the caller's signal said, or the end of the link: only the link has an error of its own.
  if (reason instanceof Error && reason.name !== "AbortError" && reason.name !== "DeviceError")
    return { kind: "failed", reason: "link-lost-while-pairing", by: "nobody" };
  return { kind: "cancelled" };
}
