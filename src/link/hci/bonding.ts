import type { DeviceLink } from "../../../hci/device/device-link.ts";
import type { OobMaterial } from "../../../hci/smp/oob.ts";
import type { Bond } from "../../../hci/ports.ts";
import type { PairingResult } from "../../../hci/smp/bonding.ts";
import type { TimeLimits } from "../backend.ts";
import { DeviceError } from "../failure.ts";
import type { Failure } from "../failure.ts";
import type { LinkQueue } from "../link-queue.ts";
import type {
  DevicePolicy,
  Encrypted,
  LinkBonding,
  LinkSecurity,
  PairOptions,
  PairOutcome,
  StoredBond,
} from "../security.ts";
import { type OutOfBand, wipeOutOfBand } from "../out-of-band.ts";
import { addressOf, peerIdOf } from "./addresses.ts";
import type { PeerDirectory } from "./peer.ts";
import { pairingPolicy, shortfall } from "./policy.ts";
import type { Course } from "./routed-prompts.ts";
import type { Securing } from "./securing.ts";
import type { AdapterSession } from "./session.ts";
import { storedBond } from "./stored-bond.ts";
import { deviceError } from "./translate.ts";

export interface BondingParts {
  readonly session: AdapterSession;
  readonly peers: PeerDirectory;
  readonly link: DeviceLink;
  readonly limits: TimeLimits;
  readonly queue: LinkQueue;
  readonly securing: Securing;
}

const CLEAR: LinkSecurity = {
  encrypted: false,
  authenticated: false,
  secureConnections: false,
  keySize: null,
  level: null,
};

/** The security of one link of our own host. */
export class HciLinkBonding implements LinkBonding {
  readonly #parts: BondingParts;

  constructor(parts: BondingParts) {
    this.#parts = parts;
  }

  get security(): LinkSecurity {
    const { link } = this.#parts;
    const { security } = link;
    if (security === null) return CLEAR;
    const { authenticated, secureConnections, level } = security;
    // What the controller says of the key counts where it is less.
    const keySize = Math.min(security.keySize, link.link.keySize ?? 16);
    return { encrypted: true, authenticated, secureConnections, keySize, level };
  }

  encrypt(policy: DevicePolicy, signal: AbortSignal): Promise<Encrypted> {
    const { link, session, limits, queue, securing } = this.#parts;
    session.setPolicy(peerIdOf(link.peer), policy);
    const running = queue.run("encrypt", signal, (step) =>
      step("encrypt", limits.encrypt, async () => {
        const { clock } = session.ports;
        const began = clock.now();
        try {
          await link.encrypt(signal);
        } catch (error) {
          throw deviceError(error, { during: "encrypt" });
        }
        const encMs = Math.max(0, clock.now() - began);
        const { security } = this;
        return { security, encMs, short: shortfall(security, policy) };
      }),
    );
    return securing.while(running);
  }

  async pair(options: PairOptions): Promise<PairOutcome> {
    const { link, session, limits, queue, securing } = this.#parts;
    const { prompts, policy, replaces, signal } = options;
    const peerId = peerIdOf(link.peer);
    session.setPolicy(peerId, policy);
    const pairing = (course: Course): Promise<PairOutcome> =>
      queue.run("pair", signal, (step) =>
        step("pair", limits.pair, async () => {
          const { keys } = session.admitted;
          keys.unstored = options.unstored;
          const oob = options.outOfBand && copyOf(options.outOfBand);
          const paired = link.pair(
            {
              policy: pairingPolicy(policy),
              ...(oob && { oob: materialOf(oob) }),
              ...(replaces === undefined ? {} : { replaces: addressOf(replaces) }),
            },
            signal,
          );
          try {
            return await this.#outcome(await paired.finally(() => wipeOutOfBand(oob)));
          } catch (error) {
            throw this.#explained(error, course, options);
          } finally {
            keys.unstored = "refuse";
            wipeOutOfBand(options.outOfBand);
          }
        }),
      );
    return securing.while(session.prompts.during(peerId, prompts, pairing));
  }

  async promote(): Promise<StoredBond> {
    const { link, session } = this.#parts;
    const bond = link.proven;
    if (bond === undefined || link.security === null)
      throw new DeviceError({
        kind: "usage",
        text: "Cannot promote a key on a link that it has not encrypted anew",
      });
    const { keys } = session.admitted;
    try {
      await keys.promote(bond);
      const listing = await keys.about(session.local, bond.peer);
      if (listing !== undefined) return storedBond(listing, !keys.isUnstored(session.local, bond.peer));
    } catch (error) {
      throw deviceError(error, { during: "encrypt" });
    }
    throw new DeviceError({ kind: "not-bonded" });
  }

  async #outcome(result: PairingResult): Promise<PairOutcome> {
    const { session, peers, link } = this.#parts;
    const { bond, persisted, method, authenticated, secureConnections, keySize, level } = result;
    const overTheAir = peerIdOf(link.link.peerAddress);
    const peerId = peerIdOf(link.peer);
    session.named(peerId, session.nameOf(overTheAir));
    const policy = session.policyOf(overTheAir);
    session.setPolicy(peerId, policy);
    if (bond !== null && persisted) await this.#note(bond, session.nameOf(peerId) ?? "");
    const peer = peers.peer(peerId);
    return {
      method,
      authenticated,
      secureConnections,
      keySize,
      level,
      bonded: bond !== null,
      persisted,
      peer,
    };
  }

  /** Marks beside a key that is stored: where they cannot be written it counts as a half-bond until it is proven. */
  async #note({ local, peer }: Bond, name: string): Promise<void> {
    const { keys } = this.#parts.session.admitted;
    try {
      await keys.pairingEnded(local, peer);
      await keys.rename(local, peer, name);
    } catch (error) {
      const { kind } = deviceError(error, { during: "pair" }).failure;
      if (kind !== "key-store" && kind !== "vault-locked") throw error;
    }
  }

  /** What the errors of a pairing mean only together with its course. */
  #explained(error: unknown, course: Course, { policy, replaces, unstored }: PairOptions): DeviceError {
    const told = deviceError(error, { during: "pair" });
    const { failure } = told;
    const as = (meant: Failure): DeviceError => new DeviceError(meant, { cause: error });
    const storeRefused = failure.kind === "vault-locked" || failure.kind === "key-store";
    if (storeRefused && course.terms !== undefined && unstored === "refuse")
      return as({ kind: "not-persisted" });
    if (failure.kind === "link-lost")
      return as({ kind: "pairing-failed", reason: "link-lost-while-pairing" });
    if (failure.kind === "below-level" && replaces !== undefined) {
      const allowed = failure.what === "legacy" ? policy.legacyAllowed : policy.minimumLevel === "encrypted";
      if (allowed && failure.what !== "key-size")
        return as({ kind: "below-level", what: "weaker-than-before" });
    }
    if (failure.kind !== "pairing-failed") return told;
    // Ours is never a wrong code, which shows as a value that does not fit: the person stopped while it was shown or typed.
    const stopped = course.declined || failure.reason === "passkey-wrong";
    if (stopped && failure.by === "local") return as({ kind: "cancelled", by: "caller" });
    // Vol 3 Part H 2.3.5.6.3: a wrong passkey shows as a confirm value that does not fit.
    if (failure.reason === "confirm-failed" && course.terms?.method === "passkey")
      return as({ ...failure, reason: "passkey-wrong" });
    return told;
  }
}

function materialOf(data: OutOfBand): OobMaterial {
  if (data.kind === "legacy") return { legacyKey: data.key };
  return { peer: { confirm: data.confirm, random: data.random } };
}

/** The pairing may outlive the call that began it. */
function copyOf(data: OutOfBand): OutOfBand {
  if (data.kind === "legacy") return { ...data, key: data.key.slice() };
  return { ...data, confirm: data.confirm.slice(), random: data.random.slice() };
}
