import { DecodeError } from "../codec/error.ts";
import { decodePdu, encodePdu } from "../codec/pdu.ts";
import type { Channel } from "../l2cap/channel.ts";
import type { Abort, Bond, Bytes, SecureLink } from "../ports.ts";
import type { PairingResult } from "./bonding.ts";
import {
  PairingError,
  PairingSuperseded,
  PairingTimeout,
  SecurityBlocked,
  StoredKeyFailed,
} from "./errors.ts";
import { asError } from "./errors.ts";
import { Exchange, SMP_TIMEOUT } from "./exchange.ts";
import { pairAsInitiator } from "./initiator.ts";
import { LinkEncryption } from "./link-encryption.ts";
import { accepted } from "./pairing.ts";
import { runPairing, wasAttempt } from "./pairing-run.ts";
import type { AuthenticationRequirements, FailureReason } from "./pdus.ts";
import {
  FailureReason as codes,
  failureReason,
  PairingFailed,
  PairingRequest,
  SecurityRequest,
} from "./pdus.ts";
import type { PairOptions, Surroundings } from "./plans.ts";
import { bondOf, pairingOn, planInitiator, planResponder, securityWish } from "./plans.ts";
import type { Strength } from "./policy.ts";
import { answers } from "./policy.ts";
import { pairAsResponder } from "./responder.ts";
import type { LinkSecurity, SecurityEvent, SecuritySettings } from "./settings.ts";
import { securityOf, securityOfBond } from "./settings.ts";
import type { BondWitness } from "./stored-key.ts";
import { encryptWith, keyForRequest } from "./stored-key.ts";

type State =
  | { readonly kind: "idle" }
  /** The store is asked, or the link encrypted with a stored key. */
  | { readonly kind: "encrypting" }
  | { readonly kind: "pairing"; readonly exchange: Exchange }
  /** No SMP on this link any more. */
  | { readonly kind: "over"; readonly obstacle: "timed-out" | "link-closed" };

/**
 * The security of one link: encrypts it with the stored key, pairs, answers the peer. Nothing that comes over the air
 * starts a pairing with a bonded peer, replaces a bond or deletes one.
 */
export class SecurityManager {
  readonly #link: SecureLink;
  readonly #channel: Channel;
  readonly #settings: SecuritySettings;
  readonly #surroundings: Surroundings;
  readonly #encryption: LinkEncryption;
  readonly #witness: BondWitness = {
    proven: (bond) => this.#proven(bond),
    failed: (bond, why, cause) => this.#keyFailed(bond, why, cause),
    storeFailed: (error) => this.#emit({ kind: "store-failed", error }),
  };
  #state: State = { kind: "idle" };
  #security: LinkSecurity | null = null;
  /** A Security Request that is being answered, and one that a person is asked about. */
  #answering: Promise<void> | undefined;
  #proposal: { readonly exchange: Exchange; readonly asked: AuthenticationRequirements } | undefined;
  /** What the key of a pairing is worth while its last phase is under way. */
  #provisional: LinkSecurity | null = null;
  /** A stored key failed on this link: no pairing here (BLERP). */
  #tainted = false;
  /** Our Security Request, until the central has answered it one way or the other. */
  #wanted:
    | { readonly result: PromiseWithResolvers<LinkSecurity>; readonly stopTimer: () => void }
    | undefined;

  constructor(link: SecureLink, channel: Channel, settings: SecuritySettings) {
    this.#link = link;
    this.#channel = channel;
    this.#settings = settings;
    this.#encryption = new LinkEncryption(link, {
      storedKey: (rand, ediv) => keyForRequest(rand, ediv, this.#surroundings, this.#witness),
      changed: () => {
        this.#security = null; // until it is known what the new key is worth
      },
      lost: (status) => this.#lost(status),
      unasked: () =>
        this.#endPairing(new PairingError("UnspecifiedReason", "local", "encryption came unasked")),
    });
    const protectedBy = (strength: Strength): void => {
      this.#security = this.#provisional = securityOf(strength, null);
    };
    this.#surroundings = { settings, link, encryption: this.#encryption, protectedBy };
    channel.onPdu = (bytes) => this.#receive(bytes);
    channel.onClosed = (reason) => this.#close(reason);
  }

  /** What protects the link now; null in clear, and where encryption is not ours to vouch for. */
  get security(): LinkSecurity | null {
    return this.#link.encrypted ? this.#security : null;
  }

  /**
   * Central: pairs, at a person's wish. Rejects with SecurityBlocked before anything is sent, with PairingError,
   * PairingTimeout, the reason of `abort`, the store's error or the link's.
   */
  async pair(options: PairOptions = {}, abort?: Abort): Promise<PairingResult> {
    if (this.#answering !== undefined) await this.#answering; // what the peer asked for a moment ago becomes a proposal first
    const asked = this.#withdrawProposal();
    this.#throwUnlessFree("central");
    const exchange = this.#begin(asked !== undefined);
    return this.#run(exchange, abort, async () => {
      const plan = await exchange.unlessClosed(planInitiator(this.#surroundings, options, asked));
      return pairAsInitiator(pairingOn(this.#surroundings, exchange, options.oob), plan);
    });
  }

  /**
   * Central: encrypts with the stored key. Resolves undefined when there is no bond. Rejects with StoredKeyFailed: the
   * bond is as it was, and nothing can be paired on this link, which is being ended if the key was tried.
   */
  async encrypt(): Promise<Bond | undefined> {
    this.#throwUnlessFree("central");
    this.#state = { kind: "encrypting" };
    try {
      const bond = await bondOf(this.#settings);
      if (bond !== undefined) await encryptWith(bond, this.#surroundings, this.#witness);
      return bond;
    } finally {
      if (this.#state.kind === "encrypting") this.#state = { kind: "idle" };
    }
  }

  /**
   * Peripheral: asks the central to secure the link (2.4.6) and resolves when it did, with the stored key or by pairing.
   * Rejects as `pair` does.
   */
  async requestSecurity(): Promise<LinkSecurity> {
    this.#throwUnlessFree("peripheral");
    if (this.#wanted !== undefined) throw new SecurityBlocked("busy");
    const result = Promise.withResolvers<LinkSecurity>();
    const stopTimer = this.#settings.clock.after(SMP_TIMEOUT, () => {
      this.#state = { kind: "over", obstacle: "timed-out" };
      this.#answered(new PairingTimeout());
    });
    this.#wanted = { result, stopTimer };
    this.#send(encodePdu(SecurityRequest, { authReq: securityWish(this.#surroundings) }));
    return result.promise;
  }

  #receive(bytes: Uint8Array): void {
    if (this.#state.kind === "pairing") this.#state.exchange.receive(bytes);
    else if (this.#state.kind !== "over") this.#receiveOutside(Uint8Array.from(bytes));
  }

  /** What means something while no pairing is under way; everything else is ignored. */
  #receiveOutside(bytes: Bytes): void {
    const central = this.#link.role === "central";
    const idle = this.#state.kind === "idle";
    switch (bytes[0]) {
      case PairingFailed.opcode:
        this.#answered(new PairingError(failureReason(bytes[1]), "peer"));
        return;
      case PairingRequest.opcode:
        if (central) this.#refuse("CommandNotSupported");
        else this.#answerPairing(bytes);
        return;
      case SecurityRequest.opcode:
        if (!central) this.#refuse("CommandNotSupported");
        else if (idle && !this.#tainted) this.#receiveSecurityRequest(bytes);
        return;
      default:
    }
  }

  #receiveSecurityRequest(bytes: Bytes): void {
    try {
      const { authReq } = decodePdu(SecurityRequest, bytes);
      if (this.#settings.answersRequests === false) return;
      this.#answering = this.#answerSecurityRequest(authReq).finally(() => {
        this.#answering = undefined;
      });
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.#refuse("InvalidParameters");
    }
  }

  /** Peripheral: a Pairing Request. */
  #answerPairing(preq: Bytes): void {
    const exchange = this.#begin(true);
    const answered = this.#run(exchange, undefined, async () => {
      if (this.#tainted) throw new PairingError("PairingNotSupported", "local", "the stored key failed here");
      const inDoubt = (bond: Bond): void => this.#doubt(bond, "asks-to-pair");
      const standing = { proven: this.security, wished: this.#wanted !== undefined };
      const plan = await exchange.unlessClosed(planResponder(this.#surroundings, preq, standing, inDoubt));
      return pairAsResponder(pairingOn(this.#surroundings, exchange), plan);
    });
    answered.catch(() => {}); // everybody was told
  }

  /** Central: a Security Request (2.4.6). From a bonded peer it leads to encryption and to nothing else. */
  async #answerSecurityRequest(asked: AuthenticationRequirements): Promise<void> {
    this.#state = { kind: "encrypting" };
    try {
      const bond = await bondOf(this.#settings);
      if (bond !== undefined && this.security === null)
        await encryptWith(bond, this.#surroundings, this.#witness);
      if (this.security !== null) {
        if (!answers(this.security, asked)) this.#emit({ kind: "upgrade-wanted", asked });
        return;
      }
      if (bond !== undefined) return; // encryption came and went
    } catch (error) {
      if (!(error instanceof StoredKeyFailed)) this.#witness.storeFailed(asError(error));
      return;
    } finally {
      this.#leave("encrypting");
    }
    this.#proposePairing(asked);
  }

  /** Central: an unbonded peer asks for security. A person decides. */
  #proposePairing(asked: AuthenticationRequirements): void {
    const { policy, backoff, peer } = this.#settings;
    if (this.#state.kind !== "idle") return;
    if (!policy.pairable) {
      this.#refuse("PairingNotSupported");
      return;
    }
    if (backoff.remaining(peer) > 0) {
      this.#refuse("RepeatedAttempts");
      return;
    }
    const exchange = this.#begin(true);
    const pairing = pairingOn(this.#surroundings, exchange);
    const proposal = { kind: "security", peer, asked, replaces: undefined, proven: false } as const;
    this.#proposal = { exchange, asked };
    const answered = this.#run(exchange, undefined, async () => {
      const wanted = await accepted(pairing, proposal);
      this.#proposal = undefined;
      if (!wanted) throw new PairingError("PairingNotSupported", "local", "the person does not want to pair");
      const plan = await exchange.unlessClosed(planInitiator(this.#surroundings, {}, asked));
      return pairAsInitiator(pairing, plan);
    });
    answered.catch(() => {}); // everybody was told
  }

  /** Whoever pairs from here answers the question that is open; resolves with what the peer asked for. */
  #withdrawProposal(): AuthenticationRequirements | undefined {
    const proposal = this.#proposal;
    this.#proposal = undefined;
    if (this.#state.kind !== "pairing" || this.#state.exchange !== proposal?.exchange) return undefined;
    proposal.exchange.close(new PairingSuperseded());
    this.#state = { kind: "idle" };
    return proposal.asked;
  }

  async #run(
    exchange: Exchange,
    abort: Abort | undefined,
    procedure: () => Promise<PairingResult>,
  ): Promise<PairingResult> {
    const { backoff, peer } = this.#settings;
    this.#encryption.pairingBegins();
    try {
      const result = await runPairing(exchange, abort, procedure);
      this.#encryption.pairingEnds();
      this.#leave("pairing");
      this.#security = securityOf(result, result.bond);
      this.#emit({ kind: "paired", result });
      this.#answered(this.#security);
      return result;
    } catch (thrown) {
      const error = asError(thrown);
      if (error instanceof PairingSuperseded) throw error; // another one is under way
      this.#encryption.pairingEnds();
      if (this.#security === this.#provisional) this.#security = null; // a failed pairing vouches for nothing
      if (wasAttempt(error, exchange, abort)) backoff.failed(peer);
      if (error instanceof PairingTimeout) this.#state = { kind: "over", obstacle: "timed-out" };
      this.#leave("pairing");
      if (!(error instanceof SecurityBlocked)) this.#emit({ kind: "pairing-failed", error });
      this.#answered(error);
      throw error;
    }
  }

  #proven(bond: Bond): void {
    this.#security = securityOfBond(bond);
    this.#emit({ kind: "encrypted", bond });
    this.#answered(this.#security);
  }

  #keyFailed(bond: Bond, why: "key-failed" | "unknown-key", cause: Error): void {
    this.#tainted = true;
    this.#doubt(bond, why, cause);
    this.#answered(cause);
  }

  #lost(status: number): void {
    this.#security = null;
    this.#emit({ kind: "security-lost", status });
    this.#endPairing(new Error("Cannot pair: encryption was lost"));
  }

  #close(reason: Error): void {
    if (this.#state.kind === "pairing") this.#state.exchange.linkEnded(reason);
    this.#state = { kind: "over", obstacle: "link-closed" };
    this.#security = null;
    this.#encryption.close(reason);
    this.#answered(reason);
  }

  #begin(underWay: boolean): Exchange {
    this.#wanted?.stopTimer(); // the pairing has its own
    const exchange = new Exchange(this.#channel, this.#link.role, this.#settings.clock, underWay);
    this.#state = { kind: "pairing", exchange };
    return exchange;
  }

  #leave(kind: State["kind"]): void {
    if (this.#state.kind === kind) this.#state = { kind: "idle" };
  }

  #endPairing(error: Error): void {
    if (this.#state.kind === "pairing") this.#state.exchange.close(error);
  }

  /** Whoever waits for the answer to our Security Request learns it. */
  #answered(outcome: LinkSecurity | Error): void {
    const wanted = this.#wanted;
    this.#wanted = undefined;
    wanted?.stopTimer();
    if (outcome instanceof Error) wanted?.result.reject(outcome);
    else wanted?.result.resolve(outcome);
  }

  #throwUnlessFree(role: SecureLink["role"]): void {
    if (this.#link.role !== role) throw new SecurityBlocked("wrong-role");
    if (this.#state.kind === "over") throw new SecurityBlocked(this.#state.obstacle);
    if (this.#tainted) throw new SecurityBlocked("stored-key-failed");
    if (this.#state.kind !== "idle") throw new SecurityBlocked("busy");
  }

  #refuse(reason: FailureReason): void {
    this.#send(encodePdu(PairingFailed, { reason: codes[reason] }));
  }

  /** Outside of a pairing nobody waits for a PDU to be sent: a link that ended is reported by `onClosed`. */
  #send(pdu: Bytes): void {
    this.#channel.send(pdu).catch(() => {});
  }

  #doubt(bond: Bond, why: "key-failed" | "unknown-key" | "asks-to-pair", cause?: Error): void {
    this.#emit({ kind: "bond-in-doubt", bond, why, cause });
  }

  #emit(event: SecurityEvent): void {
    this.#settings.onEvent?.(event);
  }
}
