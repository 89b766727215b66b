import * as scanning from "../../host/commands/le-scanning.ts";
import * as setup from "../../host/commands/le-setup.ts";
import type { Address, Bytes } from "../../ports.ts";
import type { Session } from "../session.ts";
import { supportedStates } from "../states.ts";
import { Refusal, Status } from "../status.ts";
import { allow } from "./checks.ts";
import type { Handler } from "./handler.ts";
import { answers, performs } from "./handler.ts";

/** Masks, sizes, features, the random address, the filter accept list. */
export function setupCommands(session: Session): readonly Handler[] {
  const { core } = session;
  const { aclLength, aclPackets } = core.settings;
  return [
    performs(setup.LeSetEventMask, ({ mask }) => session.masks.setLe(mask)),
    answers(setup.LeReadBufferSize, () => ({ aclLength, aclPackets })),
    answers(setup.LeReadBufferSizeV2, () => ({ aclLength, aclPackets, isoLength: 0, isoPackets: 0 })),
    answers(setup.LeReadLocalSupportedFeatures, () => ({ features: core.profile.features })),
    answers(setup.LeReadSupportedStates, () => ({ states: supportedStates(session) })),
    answers(setup.LeReadTransmitPower, () => ({ minimum: -20, maximum: 8 })),
    performs(setup.LeSetRandomAddress, ({ address }) => {
      const legacy = session.advertising.legacy.active;
      allow(!legacy && !session.scanner.active && !session.initiator.active);
      session.randomAddress = { type: "random", octets: address };
    }),
    ...acceptListCommands(session),
  ];
}

function acceptListCommands(session: Session): readonly Handler[] {
  const { acceptList, core } = session;
  const { acceptListSize } = core.settings;
  const entry = (type: "public" | "random" | "anonymous", octets: Bytes): Address | "anonymous" =>
    type === "anonymous" ? type : { type, octets };
  return [
    answers(scanning.LeReadFilterAcceptListSize, () => ({ size: acceptListSize })),
    performs(scanning.LeClearFilterAcceptList, () => {
      allow(!session.acceptListInUse);
      acceptList.clear();
    }),
    performs(scanning.LeAddDeviceToFilterAcceptList, ({ addressType, address }) => {
      allow(!session.acceptListInUse);
      if (acceptList.size >= acceptListSize) throw new Refusal(Status.MemoryExceeded);
      acceptList.add(entry(addressType, address));
    }),
    performs(scanning.LeRemoveDeviceFromFilterAcceptList, ({ addressType, address }) => {
      allow(!session.acceptListInUse);
      acceptList.remove(entry(addressType, address));
    }),
  ];
}
