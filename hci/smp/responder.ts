/** The whole pairing as responder, that is as peripheral (2.1 Figure 2.1). */
import type { Bytes } from "../ports.ts";
import type { BondKeeper, PairingResult } from "./bonding.ts";
import { keepBond, shownIdentity } from "./bonding.ts";
import type { PairingProposal } from "./delegate.ts";
import { PairingError } from "./errors.ts";
import { decide } from "./features.ts";
import { makeKeys, pduCount, receiveKeys, sendKeys } from "./keys.ts";
import { legacyAsResponder } from "./legacy.ts";
import type { LinkEncryption } from "./link-encryption.ts";
import type { Pairing, Phase1, Phase2 } from "./pairing.ts";
import { accepted, listenToKeypresses, pairingKey, strengthOfPhase2 } from "./pairing.ts";
import type { PairingFeatures } from "./pdus.ts";
import { PairingResponse } from "./pdus.ts";
import type { Strength } from "./policy.ts";
import { secureConnectionsAsResponder } from "./secure-connections.ts";
import { Remains } from "./wipe.ts";

/** What is settled when a Pairing Request was read. */
export interface ResponderPlan {
  readonly request: PairingFeatures;
  readonly preq: Bytes;
  readonly response: PairingFeatures;
  readonly requirement: Strength;
  readonly proposal: PairingProposal;
  readonly encryption: LinkEncryption;
  /** Called when the link is encrypted with the new key, before any data that comes after. */
  readonly protectedBy: (strength: Strength) => void;
  readonly keeper: BondKeeper;
}

export async function pairAsResponder(pairing: Pairing, plan: ResponderPlan): Promise<PairingResult> {
  const remains = new Remains();
  let result: PairingResult | undefined;
  try {
    result = await respond(pairing, plan, remains);
    return result;
  } finally {
    remains.wipeAllBut(result?.bond);
  }
}

async function respond(pairing: Pairing, plan: ResponderPlan, remains: Remains): Promise<PairingResult> {
  const { exchange, crypto } = pairing;
  const phase1 = await answerFeatures(pairing, plan);
  const { agreement } = phase1;
  listenToKeypresses(pairing, agreement, "initiator");

  let encrypted = Promise.resolve();
  const ready = (phase2: Phase2): void => {
    remains.add(phase2.key);
    exchange.silence();
    const key = pairingKey(phase2, agreement.keySize);
    encrypted = plan.encryption.arm(key, () => {
      plan.protectedBy(strengthOfPhase2(phase2, agreement));
      exchange.allow(pduCount(agreement.initiatorKeys));
    });
  };
  const phase2 = agreement.secureConnections
    ? await secureConnectionsAsResponder(pairing, phase1, ready)
    : await legacyAsResponder(pairing, phase1, ready);
  await exchange.unlessClosed(encrypted);

  const identity = shownIdentity(plan.keeper, agreement, crypto, pairing.responder);
  const own = makeKeys(crypto, agreement.responderKeys, agreement.keySize, identity);
  remains.addOwn(own);
  // Where the peer sends keys ours go first, and the bond is whole only when the peer's are there
  const oursGoLast = pduCount(agreement.initiatorKeys) === 0;
  const keep = async (): Promise<PairingResult> => {
    const received = await receiveKeys(exchange, agreement.initiatorKeys, agreement.keySize);
    remains.addReceived(received);
    exchange.silence();
    if (!oursGoLast) exchange.complete(); // the peer sends its keys when it has ours (3.6.1)
    return exchange.unlessClosed(keepBond(plan.keeper, agreement, phase2, own, received));
  };
  const early = oursGoLast ? await keep() : undefined;
  sendKeys(exchange, own);
  const result = early ?? (await keep());
  await exchange.sent();
  return result;
}

/** Phase 1 (2.3.1 to 2.3.5.1): first the policy, then the person, then the peer gets an answer. */
async function answerFeatures(pairing: Pairing, plan: ResponderPlan): Promise<Phase1> {
  const { exchange } = pairing;
  const { request, preq, response, requirement } = plan;
  const decision = decide(request, response, requirement);
  if (decision.kind === "refused")
    throw new PairingError(decision.reason, "local", decision.why, { weakness: decision.weakness });
  const terms = { ...decision.agreement, role: "responder", peerOffers: request } as const;
  if (!(await accepted(pairing, { ...plan.proposal, terms })))
    throw new PairingError("PairingNotSupported", "local", "the person does not want to pair");
  const pres = exchange.send(PairingResponse, response);
  return { agreement: decision.agreement, request, response, preq, pres };
}
