/** Any bond that a reader could have made, from a seed. */
import { toHex } from "../../../../hci/codec/bytes.ts";
import { arrange } from "../../../../src/formats/keys/key-set.ts";
import type { Identity, KeyRecord, OtherKey, SigningKey } from "../../../../src/formats/keys/record.ts";
import { addressFrom, typed, ZERO_RAND } from "../../../../src/formats/keys/values.ts";
import type { Random } from "../../../support/random.ts";
import { NOTHING_KNOWN } from "./examples.ts";

const NAMES = [null, "Lamp", "Thermomètre 3", "  a=b; [c] # \\s\\n \\", "温度計", "x".repeat(200)] as const;

export function maybe<T>(random: Random, value: T): T | null {
  return random.below(3) === 0 ? null : value;
}

function key(random: Random): string {
  const size = random.pick([16, 16, 16, 15, 7]);
  const octets = random.octets(16).fill(0, size);
  // Never zero, and never one of the blocked ones.
  octets[0] = 1 + random.below(0x40);
  return toHex(octets);
}

function longTermKey(random: Random): OtherKey {
  const place = random.pick<OtherKey["place"]>(["sc", "central", "peripheral"]);
  const debug = place === "sc" && random.below(8) === 0;
  return {
    place,
    ltk: key(random),
    ediv: place === "sc" ? 0 : 1 + random.below(0xffff),
    rand: place === "sc" ? ZERO_RAND : toHex(random.octets(8)),
    keySize: maybe(random, 7 + random.below(10)),
    authenticated: debug ? null : maybe(random, random.below(2) === 1),
    debug: debug ? true : random.pick([false, null]),
  };
}

function signing(random: Random): SigningKey {
  return { key: key(random), counter: maybe(random, random.below(0xffff_ffff)) };
}

export function identity(random: Random): Identity {
  const address = addressFrom(random.octets(6));
  return typed(address, random.pick(["public", "random", "random", "unknown"]));
}

/** Bonds of one adapter, each with another peer. */
export function randomBonds(random: Random, count: number): readonly KeyRecord[] {
  const local = maybe(random, identity(random));
  const ownIrk = maybe(random, key(random));
  const peers = new Map(
    Array.from({ length: count }, () => identity(random)).map((peer) => [peer.address, peer]),
  );
  return [...peers.values()].map((peer): KeyRecord => {
    const { several: _, ...keys } = arrange(
      Array.from({ length: random.below(5) }, () => longTermKey(random)),
    );
    const name = maybe(random, random.pick(NAMES));
    return {
      ...NOTHING_KNOWN,
      local,
      ownIrk,
      peer,
      ...keys,
      irk: maybe(random, key(random)),
      csrkLocal: maybe(random, signing(random)),
      csrkRemote: maybe(random, signing(random)),
      oob: maybe(random, random.below(2) === 1),
      name: name === null ? null : name.trim().replaceAll(/\s+/gu, " "),
      extra: {},
    };
  });
}
