/** The whole pairing as initiator, that is as central (2.1 Figure 2.1). */
import type { BondKeeper, PairingResult } from "./bonding.ts";
import { keepBond, shownIdentity } from "./bonding.ts";
import { PairingError } from "./errors.ts";
import { decide } from "./features.ts";
import { makeKeys, pduCount, receiveKeys, sendKeys } from "./keys.ts";
import { legacyAsInitiator } from "./legacy.ts";
import type { LinkEncryption } from "./link-encryption.ts";
import type { Pairing, Phase1 } from "./pairing.ts";
import { agreed, listenToKeypresses, pairingKey, strengthOfPhase2 } from "./pairing.ts";
import type { AuthenticationRequirements, PairingFeatures } from "./pdus.ts";
import { PairingRequest, PairingResponse } from "./pdus.ts";
import type { Strength } from "./policy.ts";
import { secureConnectionsAsInitiator } from "./secure-connections.ts";
import { Remains } from "./wipe.ts";

/** What is settled before the first PDU goes out. */
export interface InitiatorPlan {
  readonly request: PairingFeatures;
  readonly requirement: Strength;
  /** The Security Request that this pairing answers: the Pairing Response must keep its word. */
  readonly asked: AuthenticationRequirements | undefined;
  readonly encryption: LinkEncryption;
  /** Called when the link is encrypted with the new key, before any data that comes after. */
  readonly protectedBy: (strength: Strength) => void;
  readonly keeper: BondKeeper;
}

export async function pairAsInitiator(pairing: Pairing, plan: InitiatorPlan): Promise<PairingResult> {
  const remains = new Remains();
  let result: PairingResult | undefined;
  try {
    result = await initiate(pairing, plan, remains);
    return result;
  } finally {
    remains.wipeAllBut(result?.bond);
  }
}

async function initiate(pairing: Pairing, plan: InitiatorPlan, remains: Remains): Promise<PairingResult> {
  const { exchange, crypto } = pairing;
  const phase1 = await exchangeFeatures(pairing, plan);
  const { agreement } = phase1;
  listenToKeypresses(pairing, agreement, "responder");
  const phase2 = agreement.secureConnections
    ? await secureConnectionsAsInitiator(pairing, phase1)
    : await legacyAsInitiator(pairing, phase1);
  remains.add(phase2.key);

  exchange.silence();
  const key = pairingKey(phase2, agreement.keySize);
  const encrypted = (): void => {
    plan.protectedBy(strengthOfPhase2(phase2, agreement));
    exchange.allow(pduCount(agreement.responderKeys));
  };
  await exchange.unlessClosed(plan.encryption.start(key, encrypted));

  const received = await receiveKeys(exchange, agreement.responderKeys, agreement.keySize);
  remains.addReceived(received);
  exchange.silence();
  const own = makeKeys(
    crypto,
    agreement.initiatorKeys,
    agreement.keySize,
    shownIdentity(plan.keeper, agreement, crypto, pairing.initiator),
  );
  remains.addOwn(own);
  const result = await exchange.unlessClosed(keepBond(plan.keeper, agreement, phase2, own, received));
  sendKeys(exchange, own);
  await exchange.sent();
  return result;
}

/** Phase 1 (2.3.1 to 2.3.5.1): first the policy, then the person, then keys. */
async function exchangeFeatures(pairing: Pairing, plan: InitiatorPlan): Promise<Phase1> {
  const { exchange } = pairing;
  const { request, requirement, asked } = plan;
  const preq = exchange.send(PairingRequest, request);
  const { body: response, octets: pres } = await exchange.expectWithOctets(PairingResponse);
  const broken =
    asked !== undefined &&
    ((asked.mitm && !response.authReq.mitm) ||
      (asked.secureConnections && !response.authReq.secureConnections));
  if (broken)
    throw new PairingError("AuthenticationRequirements", "local", "the peer asked for more than it offers");
  const decision = decide(request, response, requirement);
  if (decision.kind === "refused")
    throw new PairingError(decision.reason, "local", decision.why, { weakness: decision.weakness });
  const { agreement } = decision;
  if (!(await agreed(pairing, { ...agreement, role: "initiator", peerOffers: response })))
    throw new PairingError("AuthenticationRequirements", "local", "the person does not want such a pairing");
  return { agreement, request, response, preq, pres };
}
