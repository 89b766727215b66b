import { concat, equal, fromHex, reversed } from "../../../hci/codec/bytes.ts";
import type { Bond } from "../../../hci/ports.ts";
import { settle } from "../../support/manual-clock.ts";
import type { Random } from "../../support/random.ts";
import { bondWith } from "../../support/smp/bonds.ts";
import { Duo } from "../../support/smp/duo.ts";
import type { Side } from "../../support/smp/side.ts";
import { address } from "../../support/vectors.ts";
import { mutate } from "../mutate.ts";
import { SeededCrypto } from "../seeded-crypto.ts";
import { keptGuard, somePerson, somePolicy } from "../smp-world.ts";
import type { Target } from "../target.ts";
import { must } from "../target.ts";

/** Somebody else's identity, with whom both have a bond, as an Identity Address Information PDU. */
const STRANGER = address(1, "f0:0d:f0:0d:f0:0d");
const STOLEN = concat([0x09, 1], reversed(STRANGER.octets));

/** Changes about one PDU in `rarity` on its way; a thief puts the stranger's identity into every handover. */
function tamperWith(random: Random, duo: Duo, rarity: number, thief: boolean): void {
  duo.channel.tamper = (pdu, from) => {
    if (thief && pdu[0] === 0x09) return [STOLEN];
    if (random.below(rarity) > 0) return [pdu];
    switch (random.below(5)) {
      case 0:
        return [];
      case 1:
        return [pdu, pdu];
      case 2: {
        const earlier = duo.sentBy(from === "a" ? "b" : "a").at(-1);
        return [fromHex(earlier ?? "05")]; // reflected: to the one who said it last
      }
      default:
        return [mutate(random, pdu)];
    }
  };
}

const result = ({ events }: Side): Bond | null | undefined => {
  const paired = events.findLast(({ kind }) => kind === "paired");
  return paired?.kind === "paired" ? paired.result.bond : undefined;
};

/** Both sides say "paired": then they have the same key, and think the same of it. */
function checkAgreement(duo: Duo): void {
  const central = result(duo.central);
  const peripheral = result(duo.peripheral);
  if (central === undefined || peripheral === undefined || central === null || peripheral === null) return;
  for (const key of ["asCentral", "asPeripheral"] as const) {
    // A legacy key is handed over in clear text inside the encrypted link: who lost a PDU of it has none
    const [a, b] = [central[key], peripheral[key]];
    must(
      a === null || b === null || !central.secureConnections || equal(a.value, b.value),
      "the keys differ",
    );
  }
  must(
    central.secureConnections === peripheral.secureConnections,
    "one thinks of legacy, the other does not",
  );
  must(central.authenticated === peripheral.authenticated, "only one thinks the other is who it is");
}

function policyOf(random: Random): ReturnType<typeof somePolicy> {
  return { ...somePolicy(random), pairable: true };
}

/**
 * Two honest sides and somebody on the air between them who changes, drops, doubles and reflects: no bond that only one
 * believes in, no change of a bond that was there, and an end in time.
 */
export const smpTampered: Target = {
  name: "smp-tampered",
  share: 40,
  async run(random) {
    // With whom the central and the peripheral think they are bonded: with each other, or one of them, or a stranger
    const bonded = random.pick(["none", "none", "both", "central", "peripheral", "stranger"]);
    const bonds = (own: "central" | "peripheral"): readonly Bond[] => {
      if (bonded === "stranger") return [{ ...bondWith({}, own), peer: STRANGER }];
      return bonded === "both" || bonded === own ? [bondWith({}, own)] : [];
    };
    const duo = new Duo({
      central: { crypto: new SeededCrypto(random, 0), policy: policyOf(random), bonds: bonds("central") },
      peripheral: {
        crypto: new SeededCrypto(random, 8),
        policy: policyOf(random),
        bonds: bonds("peripheral"),
      },
    });
    const guards = [duo.central, duo.peripheral]
      .filter(({ store }) => store.bonds.length > 0)
      .map(({ store }) => keptGuard(store));
    if (random.below(3) === 0) {
      somePerson(random, duo.central.person);
      somePerson(random, duo.peripheral.person);
    } else {
      duo.central.person.onAccept = ({ replaces }) => replaces === undefined;
      duo.peripheral.person.onAccept = ({ replaces }) => replaces === undefined;
    }
    tamperWith(random, duo, random.pick([4, 12, 40, 1000]), bonded === "stranger");
    let open = 1;
    const settled = (): void => void open--;
    const { manager } = duo.central;
    const begun =
      random.below(4) === 0
        ? duo.peripheral.manager.requestSecurity()
        : bonded !== "none" && random.below(2) === 0
          ? manager.encrypt()
          : manager.pair();
    begun.then(settled, settled);
    for (let i = 0; i < 12; i++) {
      await settle();
      for (const unchanged of guards) unchanged();
    }
    await duo.clock.advance(65_000);
    must(open === 0, "a call waits for ever");
    duo.channel.close(new Error("The link ended"));
    await duo.clock.advance(65_000);
    for (const unchanged of guards) unchanged();
    checkAgreement(duo);
    must(duo.clock.pending === 0, "a timer was left behind");
    return Math.max(1, duo.channel.log.length);
  },
};
