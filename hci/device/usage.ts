import type { Gap } from "../gap/gap.ts";

/** How many places there are, and how many of them are taken. */
export interface Places {
  readonly used: number;
  readonly size: number;
}

/** What of the controller is in use at this moment. How many links it can hold, no controller says before it is full. */
export interface ControllerUsage {
  /** Of the buffers for data: packets that the controller has and the peer has not. */
  readonly acl: Places;
  readonly resolvingList: Places;
  readonly acceptList: Places;
}

export function usageOf({ host, resolvingList, acceptList }: Gap): ControllerUsage {
  const { facts } = host.controller;
  return {
    acl: { used: host.links.output.inFlight, size: facts.acl.packets },
    resolvingList: { used: resolvingList.used, size: facts.resolvingListSize },
    acceptList: { used: acceptList.used, size: facts.acceptListSize },
  };
}
