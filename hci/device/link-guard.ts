import type { AttError } from "../att/errors.ts";
import type { LocalIdentity } from "../gap/own-address.ts";
import { ErrorCode } from "../host/hci-error.ts";
import type { Link } from "../host/link.ts";
import type { Channel } from "../l2cap/channel.ts";
import type { Abort, Address, Bond } from "../ports.ts";
import type { PairingResult } from "../smp/bonding.ts";
import { asError, SecurityBlocked, StoredKeyFailed } from "../smp/errors.ts";
import type { PairOptions } from "../smp/plans.ts";
import { requirementOf, satisfies } from "../smp/policy.ts";
import { SecurityManager } from "../smp/security-manager.ts";
import type { LinkSecurity, SecurityEvent } from "../smp/settings.ts";
import { wipeBond } from "../smp/wipe.ts";
import type { Context } from "./context.ts";
import { BondFailedError, codeOf, NotBondedError, WeakBondError } from "./errors.ts";
import { ObservedLink } from "./observed-link.ts";
import { howToRaise } from "./raise-security.ts";
import type { Moment, Verdict } from "./verdict.ts";

/** Our own limits and the store's gaps say nothing about the peer. */
const SILENT: Verdict = { code: undefined, bond: "none", next: "report" };
const SUSPECT: Verdict = { code: undefined, bond: "suspect", next: "ask" };

export interface GuardListener {
  /** Synchronous: the link is encrypted, and what comes next came encrypted. `enough`: as the policy demands. */
  secured(enough: boolean): void;
  paired(result: PairingResult): void;
  lost(): void;
  /** Everything that happens, for the owner of the stack. */
  event(event: SecurityEvent): void;
}

/** The security of one link as a device sees it: tests the bond, judges what goes wrong, pairs only when told to. */
export class LinkGuard {
  readonly #link: Link;
  readonly #observed: ObservedLink;
  readonly #context: Context;
  readonly #listener: GuardListener;
  readonly #manager: SecurityManager;
  #peer: Address;
  #bond: Bond | undefined;
  #proven: Bond | undefined;
  #verdict: Verdict | undefined;
  #pairingWanted: PairOptions | undefined;
  #paired = false;
  #raising: Promise<boolean> | undefined;
  #next = Promise.withResolvers<void>();

  constructor(
    context: Context,
    link: Link,
    channel: Channel,
    known: { readonly peer: Address; readonly bond: Bond | undefined },
    listener: GuardListener,
  ) {
    this.#context = context;
    this.#link = link;
    this.#listener = listener;
    this.#peer = known.peer;
    this.#bond = known.bond;
    this.#observed = new ObservedLink(link, () => context.watch.encryptionAsked(this.#peer));
    this.#manager = new SecurityManager(this.#observed, channel, this.#settings());
    void link.closed.then(({ reason }) => this.#ended(reason));
  }

  /** The identity once it is known, else the address over the air. */
  get peer(): Address {
    return this.#peer;
  }

  /** As the store knew it when the link opened, or as it was made on this link. */
  get bond(): Bond | undefined {
    return this.#bond;
  }

  /** As `proven`, but not where the key was made on this very link. */
  get provenByStore(): Bond | undefined {
    return this.#paired ? undefined : this.#proven;
  }

  /** The bond whose key protects or protected this link. */
  get proven(): Bond | undefined {
    return this.#proven;
  }

  get security(): LinkSecurity | null {
    return this.#manager.security;
  }

  /** Whether what protects the link is worth what the policy asks for. A controller's smaller key size counts. */
  get isEnough(): boolean {
    const { security } = this;
    if (security === null) return false;
    const keySize = Math.min(security.keySize, this.#link.keySize ?? 16);
    return satisfies({ ...security, keySize }, requirementOf(this.#context.policyFor(this.#peer)));
  }

  /** Encrypts with the stored key, or waits for the central to do so; rejects where that is not worth enough. */
  async secure(): Promise<void> {
    await this.encrypt();
    if (!this.isEnough) throw new WeakBondError();
  }

  /** Encrypts with the stored key, or waits for the central to do so. Pairs never. */
  async encrypt(): Promise<void> {
    while (this.security === null) {
      const next = this.#next.promise;
      try {
        await this.#test();
        break;
      } catch (error) {
        if (!(error instanceof SecurityBlocked && error.obstacle === "busy")) throw await this.#failed(error);
        await next; // the peer asked for the same a moment ago
      }
    }
  }

  /** As `secure`, also where the link is encrypted already. */
  async refresh(): Promise<void> {
    try {
      await this.#test();
    } catch (error) {
      throw await this.#failed(error);
    }
  }

  async pair(options: PairOptions, abort: Abort | undefined): Promise<PairingResult> {
    this.#pairingWanted = options;
    const result = await this.#manager.pair(options, abort);
    // Our keys are distributed when the peer's link layer has acknowledged the last one (Vol 3 Part H 3.6.1): whoever
    // ends the link before leaves a peer without a bond. If it breaks by itself now, the proof will tell.
    await this.#link.delivered().catch(() => {});
    return result;
  }

  /** Peripheral: resolves when the central secured the link in the way it likes. */
  requestSecurity(): Promise<LinkSecurity> {
    return this.#manager.requestSecurity();
  }

  /** A person asked for a bond: if the peer demands one, it is made without asking the caller again. */
  wantPairing(options: PairOptions): void {
    this.#pairingWanted = options;
  }

  /** One answer for all requests that were refused meanwhile. */
  raise(refusal: AttError): Promise<boolean> {
    this.#raising ??= this.#raise(refusal).finally(() => {
      this.#raising = undefined;
    });
    return this.#raising;
  }

  async #test(): Promise<void> {
    if (this.#link.role === "peripheral") {
      if (this.#bond === undefined) throw new NotBondedError();
      await this.#manager.requestSecurity();
      return;
    }
    if ((await this.#manager.encrypt()) === undefined) throw new NotBondedError();
  }

  /** The error as the caller should see it; where the key failed, after the link is gone. */
  async #failed(error: unknown): Promise<unknown> {
    const blocked = error instanceof SecurityBlocked && error.obstacle === "stored-key-failed";
    if (!(error instanceof StoredKeyFailed) && !blocked) return error;
    await this.#link.disconnect(ErrorCode.remoteUserTerminated);
    return new BondFailedError(this.#verdict ?? SILENT, { cause: error });
  }

  async #raise(refusal: AttError): Promise<boolean> {
    const how = howToRaise(refusal.code, {
      security: this.security,
      bonded: this.#bond !== undefined,
      pairingWanted: this.#pairingWanted !== undefined && this.#link.role === "central",
      paired: this.#paired,
    });
    const options = this.#pairingWanted ?? {};
    try {
      switch (how) {
        case "give-up":
          return false;
        case "encrypt":
          await this.secure();
          return true;
        case "pair":
          await this.#manager.pair(options);
          return true;
        case "upgrade": {
          const policy = {
            ...(options.policy ?? this.#context.policyFor(this.#peer)),
            mitm: "required",
          } as const;
          await this.#manager.pair({ ...options, policy });
          return true;
        }
      }
    } catch {
      return false; // the caller sees the refusal of its request; what went wrong here was an event of its own
    }
  }

  #settings(): ConstructorParameters<typeof SecurityManager>[2] {
    const context = this.#context;
    const peer = (): Address => this.#peer;
    return {
      crypto: context.crypto,
      clock: context.clock,
      keys: context.keys,
      backoff: context.backoff,
      local: localOf(context),
      delegate: context.delegate,
      ...(context.features && { features: context.features }),
      // Who the peer is may become known while the link is up, and with it which policy holds.
      get peer() {
        return peer();
      },
      get policy() {
        return context.policyFor(peer());
      },
      get answersRequests() {
        return !context.holdsRequests(peer());
      },
      get oob() {
        return context.oobFor(peer());
      },
      onEvent: (event) => this.#heard(event),
    };
  }

  #heard(event: SecurityEvent): void {
    switch (event.kind) {
      case "encrypted":
        this.#takeBond(event.bond);
        this.#context.watch.proven(event.bond.peer);
        this.#keptUp(this.#context.bondUsed(event.bond));
        this.#listener.secured(this.isEnough);
        break;
      case "paired":
        this.#tookBond(event.result);
        break;
      case "bond-in-doubt":
        this.#doubted(event);
        break;
      case "security-lost":
        this.#listener.lost();
        break;
      default:
    }
    this.#listener.event(event);
    const next = this.#next;
    this.#next = Promise.withResolvers();
    next.resolve();
  }

  #tookBond(result: PairingResult): void {
    this.#paired = true;
    if (result.bond !== null) {
      this.#peer = result.bond.peer;
      this.#takeBond(result.bond);
      this.#context.watch.forget(this.#peer);
      this.#keptUp(this.#context.bondMade(result.bond));
    }
    this.#listener.paired(result);
    this.#listener.secured(this.isEnough);
  }

  /** In place of what the store knew when the link opened. */
  #takeBond(bond: Bond): void {
    const before = this.#bond;
    this.#bond = this.#proven = bond;
    if (before !== undefined && before !== bond) wipeBond(before);
  }

  /** What is done about the controller's list: nobody waits for it. */
  #keptUp(work: Promise<void>): void {
    work.catch((error: unknown) =>
      this.#context.emit({ kind: "keeping-failed", what: "resolving", error: asError(error) }),
    );
  }

  #doubted({ bond, why, cause }: Extract<SecurityEvent, { readonly kind: "bond-in-doubt" }>): void {
    if (why === "asks-to-pair") return; // a person is asked, or the peer is refused
    const code = codeOf(cause);
    if (why === "unknown-key") this.#judge(bond, SUSPECT);
    else this.#judge(bond, code === undefined ? SILENT : this.#judged(bond, code, "encrypting"));
    // The present address may have been recognised (Vol 3 Part C 10.6).
    this.#context.gap.own.renew().catch(() => {}); // fails only with the adapter, which tells everyone itself
  }

  #judged(bond: Bond, code: number, moment: Moment): Verdict {
    return this.#context.watch.judge(bond.peer, code, moment);
  }

  #judge(bond: Bond, verdict: Verdict): void {
    this.#verdict = verdict;
    this.#context.emit({ kind: "verdict", bond, verdict });
  }

  #ended(reason: number | undefined): void {
    this.#judgeEnd(reason);
    // The next link looks the key up again.
    if (this.#bond !== undefined) wipeBond(this.#bond);
  }

  #judgeEnd(reason: number | undefined): void {
    this.#next.resolve();
    if (this.#bond === undefined || reason === undefined || this.#verdict !== undefined) return;
    if (this.#observed.encrypting) return; // judged as the end of that attempt
    const moment = this.#proven === undefined ? "before" : "encrypted";
    this.#judge(this.#bond, this.#judged(this.#bond, reason, moment));
  }
}

/**
 * Who always shows its identity gives no IRK: a peer that has one may turn away everything but private addresses (network
 * privacy mode, Vol 3 Part C 10.7).
 */
function localOf({ identity, gap }: Context): LocalIdentity {
  return gap.own.privacy ? identity : { address: identity.address, irk: new Uint8Array(16) };
}
