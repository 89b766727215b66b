import { concat, equal } from "../../../hci/codec/bytes.ts";
import { newAclPacket } from "../../../hci/host/acl.ts";
import { Reassembly } from "../../../hci/host/reassembly.ts";
import type { Bytes } from "../../../hci/ports.ts";
import type { Random } from "../../support/random.ts";
import { mutate, pieces, plausible } from "../mutate.ts";
import type { Target } from "../target.ts";
import { must } from "../target.ts";

const LIMITS = new Map([
  [4, 517],
  [5, 23],
  [6, 65],
]);

interface Fragment {
  readonly boundary: number;
  readonly octets: Bytes;
}

function fragmentsOfFrame(random: Random): readonly Fragment[] {
  const channel = random.pick([4, 4, 5, 6, 6, 0x40]);
  const payload = plausible(random, random.below(random.pick([5, 30, 70, 530])));
  const length = random.below(6) === 0 ? random.below(600) : payload.length;
  const frame = concat([length & 0xff, length >> 8, channel, 0], payload);
  const start = random.pick([0b10, 0b10, 0b00]);
  return pieces(random, random.below(5) === 0 ? mutate(random, frame) : frame).map((octets, index) => ({
    boundary: index === 0 ? start : 0b01,
    octets,
  }));
}

/** Lost, doubled, exchanged and relabelled fragments. */
function disturbed(random: Random, fragments: readonly Fragment[]): readonly Fragment[] {
  return fragments.flatMap((fragment) => {
    switch (random.below(12)) {
      case 0:
        return [];
      case 1:
        return [fragment, fragment];
      case 2:
        return [{ ...fragment, boundary: random.below(4) }];
      default:
        return [fragment];
    }
  });
}

/** What a reader that keeps everything since the last start could deliver. */
class Model {
  #since: Bytes | undefined;

  push({ boundary, octets }: Fragment): void {
    if (boundary === 0b01) {
      if (this.#since !== undefined) this.#since = concat(this.#since, octets);
    } else {
      this.#since = boundary === 0b11 ? undefined : octets;
    }
  }

  check(channel: number, payload: Uint8Array): void {
    const since = this.#since ?? new Uint8Array(0);
    const frame = concat([payload.length & 0xff, payload.length >> 8, channel & 0xff, channel >> 8], payload);
    must(equal(frame, since), "a frame was delivered that was not sent");
    this.#since = undefined;
  }
}

/** Fragments of L2CAP frames: only whole frames, within the channel's limit, and none that nobody sent. */
export const reassembly: Target = {
  name: "reassembly",
  share: 150,
  run(random) {
    const model = new Model();
    let delivered = 0;
    let faults = 0;
    const target = new Reassembly(
      (channel) => LIMITS.get(channel) ?? 0,
      (channel, payload) => {
        delivered++;
        must(payload.length <= (LIMITS.get(channel) ?? 0), "a frame is longer than its channel takes");
        model.check(channel, payload);
      },
      () => void faults++,
    );
    const fragments = Array.from({ length: 1 + random.below(6) }, () =>
      disturbed(random, fragmentsOfFrame(random)),
    ).flat();
    for (const fragment of fragments) {
      const packet = newAclPacket(0x40, fragment.boundary, fragment.octets.length);
      packet.set(fragment.octets, 4);
      const before = delivered + faults;
      model.push(fragment);
      target.push(packet);
      must(delivered + faults - before <= 3, "one fragment did too much");
    }
    return Math.max(1, fragments.length);
  },
};
