import * as connection from "../../host/commands/le-connection.ts";
import { hasFeature, LeFeature } from "../../host/supported.ts";
import type { LinkEnd } from "../link/end.ts";
import type { PhySets } from "../link/frame.ts";
import type { Session } from "../session.ts";
import { Refusal, Status } from "../status.ts";
import { allow, bitsOf, checkedRange, demand, within } from "./checks.ts";
import type { Handler } from "./handler.ts";
import { answers, performs } from "./handler.ts";

const MAX_TIME = 17040;
const phyNames = { 1: "1M", 2: "2M", 3: "coded" } as const;

/** What changes an existing link. */
export function linkCommands(session: Session): readonly Handler[] {
  return [...parameterCommands(session), ...lengthCommands(session), ...phyCommands(session)];
}

function parameterCommands(session: Session): readonly Handler[] {
  const { links } = session;
  return [
    performs(connection.LeConnectionUpdate, (given) => {
      const end = links.get(given.handle);
      const range = checkedRange(given);
      allow(!end.procedures.has("update"));
      if (end.role === "peripheral") checkParameterRequest(session, end);
      session.afterAnswer(() => end.update.request(range));
    }),
    performs(connection.LeReadRemoteFeatures, ({ handle }) => {
      const end = links.get(handle);
      allow(!end.procedures.has("features"));
      if (end.role === "peripheral") {
        const bit = LeFeature.peripheralInitiatedFeaturesExchange;
        allow(hasFeature(session.core.profile.features, bit));
      }
      session.afterAnswer(() => end.information.readFeatures());
    }),
    answers(connection.LeRemoteConnectionParameterRequestReply, (given) => {
      const end = links.get(given.handle);
      allow(end.update.answer(checkedRange(given)));
      return { handle: given.handle };
    }),
    answers(connection.LeRemoteConnectionParameterRequestNegativeReply, ({ handle, reason }) => {
      allow(links.get(handle).update.answer(reason));
      return { handle };
    }),
  ];
}

/** A peripheral can only ask, and only where both sides have the procedure (7.8.18). */
function checkParameterRequest(session: Session, end: LinkEnd): void {
  const bit = LeFeature.connectionParametersRequest;
  allow(hasFeature(session.core.profile.features, bit));
  const common = end.information.features;
  if (common !== undefined && !hasFeature(common, bit)) throw new Refusal(Status.UnsupportedRemoteFeature);
}

function lengthCommands(session: Session): readonly Handler[] {
  const { links, preferences } = session;
  return [
    answers(connection.LeSetDataLength, ({ handle, txOctets, txTime }) => {
      const end = links.get(handle);
      checkLength(txOctets, txTime);
      const { maxLength } = preferences;
      const octets = Math.min(txOctets, maxLength.txOctets);
      const time = Math.min(txTime, maxLength.txTime);
      session.afterAnswer(() => end.length.request(octets, time));
      return { handle };
    }),
    answers(connection.LeReadSuggestedDefaultDataLength, () => ({
      txOctets: preferences.suggestedOctets,
      txTime: preferences.suggestedTime,
    })),
    performs(connection.LeWriteSuggestedDefaultDataLength, ({ txOctets, txTime }) => {
      checkLength(txOctets, txTime);
      preferences.suggestedOctets = Math.min(txOctets, preferences.maxLength.txOctets);
      preferences.suggestedTime = Math.min(txTime, preferences.maxLength.txTime);
    }),
    answers(connection.LeReadMaximumDataLength, () => preferences.maxLength),
  ];
}

function checkLength(octets: number, time: number): void {
  within(octets, 27, 251);
  within(time, 328, MAX_TIME);
}

function phyCommands(session: Session): readonly Handler[] {
  const { links, core, preferences } = session;
  const wishOf = (given: PhyWish): PhySets => {
    const { phys } = core.profile;
    const wish = {
      tx: given.noPreference.tx ? phys : bitsOf(given.tx),
      rx: given.noPreference.rx ? phys : bitsOf(given.rx),
    };
    demand(wish.tx !== 0 && wish.rx !== 0);
    // 7.8.49: a PHY that this controller does not have
    if ((wish.tx | wish.rx) & ~phys) throw new Refusal(Status.UnsupportedFeature);
    return wish;
  };
  return [
    answers(connection.LeReadPhy, ({ handle }) => {
      const { phy } = links.get(handle);
      return { handle, tx: phyNames[phy.tx], rx: phyNames[phy.rx] };
    }),
    performs(connection.LeSetDefaultPhy, (given) => {
      preferences.phys = wishOf(given);
    }),
    performs(connection.LeSetPhy, (given) => {
      const end = links.get(given.handle);
      const wish = wishOf(given);
      allow(!end.procedures.has("phy"));
      session.afterAnswer(() => end.phy.request(wish));
    }),
  ];
}

interface PhyWish {
  readonly noPreference: { readonly tx: boolean; readonly rx: boolean };
  readonly tx: { readonly [name: string]: boolean };
  readonly rx: { readonly [name: string]: boolean };
}
