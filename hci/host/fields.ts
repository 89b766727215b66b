import { u8 } from "../codec/integers.ts";
import { number, octets } from "../codec/octets.ts";
import { flags, oneOf } from "../codec/sets.ts";
import type { Flags } from "../codec/sets.ts";

/** Fields that several commands and events share (Vol 4 Part E). */

export const bdAddr = number(48);
export const key128 = number(128);

/** Type of an address on the air. */
export const AddressType = { public: 0, random: 1 } as const;

/** The identity types say that the controller resolved the address with its resolving list. */
export const PeerAddressType = { public: 0, random: 1, publicIdentity: 2, randomIdentity: 3 } as const;

export const OwnAddressType = { public: 0, random: 1, resolvableOrPublic: 2, resolvableOrRandom: 3 } as const;

export const Role = { central: 0, peripheral: 1 } as const;

export const Phy = { "1M": 1, "2M": 2, coded: 3 } as const;

/** A preference for PHYs, as in LE Set PHY. */
export const PhyBits = { "1M": 1, "2M": 2, coded: 4 } as const;
export type PhySet = Flags<typeof PhyBits>;

export const addressType = oneOf(AddressType);
export const peerAddressType = oneOf(PeerAddressType);
export const ownAddressType = oneOf(OwnAddressType);
export const role = oneOf(Role);
export const phy = oneOf(Phy);
export const phySet = flags(PhyBits);

export const onOff = oneOf({ off: 0, on: 1 });

/** Scan and connection filtering. */
export const filterPolicy = oneOf({ all: 0, acceptList: 1 });
export const scanFilterPolicy = oneOf({
  all: 0,
  acceptList: 1,
  allAndUnresolvedDirected: 2,
  acceptListAndUnresolvedDirected: 3,
});
export const advertisingFilterPolicy = oneOf({
  all: 0,
  scanFromAcceptList: 1,
  connectFromAcceptList: 2,
  acceptList: 3,
});

export const channels = flags({ 37: 1, 38: 2, 39: 4 } as const);

/** A 64-octet mask of commands or an 8-octet mask of features, as it came: see supported.ts. */
export const commandMask = octets(64);
export const featureMask = octets(8);

/** 0x00 success, else an error code of Vol 1 Part F. */
export const status = u8;
