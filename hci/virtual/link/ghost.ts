import type { LinkOwner } from "./owner.ts";

/** The other end of a link that never came about: a radio that nobody hears and a host that is told nothing. */
export function ghost(like: LinkOwner): LinkOwner {
  const { random, aes, version, features, maxLength, phys, packetsPerEvent } = like;
  return {
    station: { hear: () => {} },
    random,
    aes,
    version,
    features,
    maxLength,
    phys,
    packetsPerEvent,
    silentMicFailure: true,
    takesData: () => false,
    onData: () => {},
    onSent: () => {},
    onEventEnd: () => false,
    onEnded: () => {},
    onEncryption: () => {},
    onKeyRequest: () => false,
    onParameters: () => {},
    onParameterRequest: () => false,
    onDataLength: () => {},
    onPhy: () => {},
    preferredPhys: () => ({ tx: 1, rx: 1 }),
    onFeatures: () => {},
    onVersion: () => {},
  };
}
