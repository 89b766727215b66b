import { concat, fromHex, reversed, toHex } from "../../../hci/codec/bytes.ts";
import type { Bytes } from "../../../hci/ports.ts";
import { settle } from "../../support/manual-clock.ts";
import type { Random } from "../../support/random.ts";
import { bondWith } from "../../support/smp/bonds.ts";
import { FakeHciError } from "../../support/smp/fake-link.ts";
import { Scripted } from "../../support/smp/scripted.ts";
import { CENTRAL_ADDRESS, PERIPHERAL_ADDRESS } from "../../support/smp/side.ts";
import { mostlyMutated, plausible } from "../mutate.ts";
import { keyPair, SeededCrypto } from "../seeded-crypto.ts";
import { somePerson, somePolicy, storeGuard } from "../smp-world.ts";
import type { Target } from "../target.ts";
import { must } from "../target.ts";

/** Octets of every PDU, its code included (Vol 3 Part H 3.3). */
const SIZES = [0, 7, 7, 17, 17, 2, 17, 11, 17, 8, 17, 2, 65, 17, 2] as const;

function featuresPdu(random: Random, code: number): Bytes {
  if (random.below(5) > 0) {
    const authReq = random.pick([0x01, 0x05, 0x09, 0x0d, 0x0d, 0x1d]);
    return Uint8Array.of(
      code,
      random.below(5),
      0,
      authReq,
      16,
      random.pick([0, 2, 3]),
      random.pick([0, 2, 3]),
    );
  }
  const flags = random.pick([0x00, 0x01, 0x05, 0x09, 0x0d, 0x1d, 0xcd, 0xff]);
  const keys = random.pick([0x00, 0x01, 0x02, 0x03, 0x07, 0x0f]);
  const size = random.pick([16, 16, 16, 16, 7, 6, 17, 0]);
  return Uint8Array.of(
    code,
    random.below(5),
    random.below(8) === 0 ? 1 : 0,
    flags,
    size,
    keys,
    random.below(4),
  );
}

/** The next PDU that a peer in the same place could send; `own` is what we sent last. */
function nextPdu(random: Random, own: Bytes, central: boolean): Bytes {
  const [code = 0] = own;
  if (code === 0x05 || code === 0 || code === 0x0b) {
    return central ? Uint8Array.of(0x0b, random.pick([0x01, 0x05, 0x0d, 0xff])) : featuresPdu(random, 0x01);
  }
  switch (code) {
    case 0x01:
      return featuresPdu(random, 0x02);
    case 0x02:
      return random.below(2) === 0 ? publicKey(random) : concat([0x03], random.octets(16));
    case 0x0c:
      return central && random.below(2) === 0 ? publicKey(random) : concat([0x03], random.octets(16));
    case 0x03:
      return concat([random.pick([0x03, 0x04])], random.octets(16));
    case 0x04:
      return concat([random.pick([0x04, 0x03, 0x0d])], random.octets(16));
    default:
      return concat([random.pick([0x0d, 0x06, 0x08])], random.octets(16));
  }
}

function publicKey(random: Random): Bytes {
  const { x, y } = keyPair(random.below(16));
  return concat([0x0c], reversed(x), reversed(random.below(8) === 0 ? random.octets(32) : y));
}

function hostilePdu(random: Random, own: Bytes, central: boolean): Bytes {
  switch (random.below(25)) {
    case 0: // what we said, said back
      return own;
    case 1: {
      const code = random.below(SIZES.length);
      return concat([code], plausible(random, Math.max(0, (SIZES[code] ?? 1) - 1)));
    }
    case 2:
      return mostlyMutated(random, nextPdu(random, own, central));
    case 3:
      return plausible(random, random.below(70));
    case 4:
      return Uint8Array.of(0x0e, random.below(6));
    default:
      return nextPdu(random, own, central);
  }
}

/** Encryptions under way, ended by the adapter or with the link. */
class Encryptions {
  readonly #open: PromiseWithResolvers<void>[] = [];

  start(): Promise<void> {
    const one = Promise.withResolvers<void>();
    this.#open.push(one);
    return one.promise;
  }

  end(status: number): void {
    for (const { resolve, reject } of this.#open.splice(0)) {
      if (status === 0) resolve();
      else reject(new FakeHciError(status));
    }
  }
}

/** What the adapter does meanwhile. */
async function radioEvent(random: Random, { side, link }: Scripted, encryptions: Encryptions): Promise<void> {
  switch (random.below(6)) {
    case 0:
      return link.report(random.below(2) === 0, random.pick([0, 0, 0x06, 0x3d, 0x08]));
    case 1:
      return encryptions.end(random.pick([0, 0x06, 0x3d]));
    case 2: {
      const rand = random.below(2) === 0 ? new Uint8Array(8) : random.octets(8);
      const key = await link.onLongTermKeyRequest?.(rand, random.pick([0, 0, 1, 0xffff]));
      const known = side.store.bonds.map(({ asPeripheral }) => toHex(asPeripheral?.value ?? rand));
      must(
        key === null || key === undefined || known.includes(toHex(key.value)),
        "a key nobody stored was given",
      );
      return;
    }
    default:
      return side.clock.advance(random.pick([1, 5000, 29_000, 33_000]));
  }
}

function checkSent(sent: readonly string[]): void {
  for (const pdu of sent) {
    const code = Number.parseInt(pdu.slice(0, 2), 16);
    must(pdu.length === 2 * (SIZES[code] ?? 0), `a PDU of ours is malformed: ${pdu}`);
  }
}

/**
 * One side against a peer that has no key to anything: no pairing comes to a good end, no bond is made or changed, and
 * nobody waits for ever.
 */
export const smp: Target = {
  name: "smp",
  share: 100,
  async run(random) {
    const central = random.below(2) === 0;
    const role = central ? "central" : "peripheral";
    const bonded = random.below(2) === 0;
    const scripted = new Scripted(role, {
      crypto: new SeededCrypto(random),
      policy: somePolicy(random),
      bonds: bonded ? [bondWith({ authenticated: random.below(2) === 0 }, role)] : [],
      local: {
        address: central ? CENTRAL_ADDRESS : PERIPHERAL_ADDRESS,
        irk: random.octets(16),
      },
    });
    const { side, link } = scripted;
    const encryptions = new Encryptions();
    link.onEncrypt = () => encryptions.start();
    const unchanged = storeGuard(side.store);
    somePerson(random, side.person);
    let open = 0;
    const track = (work: Promise<unknown>): void => {
      open++;
      const settled = (): void => void open--;
      work.then(settled, settled);
    };
    let asked: number | undefined; // how often the person had been, when the stored key failed
    const keyFailed = (): boolean =>
      side.events.some((event) => event.kind === "bond-in-doubt" && event.why !== "asks-to-pair");
    const count = 6 + random.below(20);
    for (let i = 0; i < count; i++) {
      if (random.below(8) === 0 || i === 0) {
        if (!central) track(side.manager.requestSecurity());
        else track(random.below(3) === 0 ? side.manager.encrypt() : side.manager.pair());
        await settle();
      }
      const pdu = hostilePdu(random, fromHex(scripted.last ?? ""), central);
      scripted.burst(toHex(pdu));
      if (random.below(4) > 0) await settle();
      if (scripted.last === "0509" && random.below(2) === 0) await side.clock.advance(33_000);
      if (random.below(12) === 0) await radioEvent(random, scripted, encryptions);
      if (keyFailed()) asked ??= side.person.asked.length;
      must(
        (asked ?? Infinity) >= side.person.asked.length,
        "a person was asked where the stored key had failed",
      );
      must(bonded || side.manager.security === null, "a link without a key counts as secure");
      unchanged();
    }
    must(scripted.sent.length <= 3 * count + 8, "too much was sent");
    checkSent(scripted.sent);
    const stored = new Set(
      side.store.bonds.map(({ asCentral }) => toHex(asCentral?.value ?? new Uint8Array(0))),
    );
    for (const { value } of link.keys)
      must(stored.has(toHex(value)), "the link got a key that nobody stored");
    // Twice: what waits for the store, or for encryption, may begin to wait for the peer afterwards
    for (let i = 0; i < 2; i++) await side.clock.advance(31_000);
    must(open === 0, `${open} calls wait for ever`);
    await scripted.close();
    encryptions.end(0x08);
    await side.clock.advance(31_000);
    must(side.clock.pending === 0, "a timer was left behind");
    unchanged();
    return count;
  },
};
