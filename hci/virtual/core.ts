import type { HciEvent } from "../codec/event.ts";
import { encodeEvent } from "../codec/event.ts";
import type { Fields, Struct } from "../codec/struct.ts";
import type { Address, Clock, Crypto } from "../ports.ts";
import type { ControllerOptions } from "./options.ts";
import { Output } from "./output.ts";
import type { Profile } from "./profile.ts";
import { profileOf } from "./profile.ts";
import type { Radio, Station } from "./radio.ts";
import type { Random } from "./random.ts";
import { seededRandom } from "./random.ts";
import type { Violation } from "./violation.ts";

/** Every option with a value. */
export type Settings = Required<
  Omit<ControllerOptions, "radio" | "crypto" | "publicAddress" | "usb" | "onViolation">
>;

/** A hostile host may go on for ever; its first mistakes tell enough. */
const VIOLATIONS_KEPT = 1000;

const defaults: Settings = {
  name: "controller",
  seed: 1,
  profile: "5.2",
  aclLength: 27,
  aclPackets: 3,
  maxDataOctets: 251,
  maxLinks: 8,
  packetsPerEvent: 4,
  acceptListSize: 16,
  resolvingListSize: 16,
  p256: true,
  separateCredits: false,
  unknownCommandAnswer: "either",
  handleReuse: "late",
  silentMicFailure: false,
  cancelRace: "cancel wins",
  lateCompletion: 0.25,
  scanResponses: 0.8,
};

/** What a controller keeps for as long as it exists. Everything else belongs to the session that Reset begins anew. */
export class Core {
  readonly settings: Settings;
  readonly radio: Radio;
  readonly clock: Clock;
  readonly crypto: Crypto;
  readonly random: Random;
  readonly profile: Profile;
  readonly publicAddress: Address;
  readonly output: Output;
  readonly violations: Violation[] = [];
  readonly station: Station;
  readonly #onViolation: (violation: Violation) => void;

  constructor(options: ControllerOptions, station: Station) {
    this.settings = { ...defaults, ...withoutUndefined(options) };
    this.radio = options.radio;
    this.clock = options.radio.clock;
    this.crypto = options.crypto;
    this.random = seededRandom(this.settings.seed, this.settings.name);
    this.profile = profileOf(this.settings.profile, this.settings.p256);
    const address = this.random.stream("address").octets(6);
    // Never a Dedicated Inquiry Access Code, the one range that is reserved (Vol 2 Part B 1.2)
    address[3] = 0x00;
    this.publicAddress = options.publicAddress ?? { type: "public", octets: address };
    this.output = new Output(this.clock, this.random.stream("output"), options.usb);
    this.station = station;
    this.#onViolation = options.onViolation ?? (() => {});
  }

  sendEvent<F extends Fields>(event: HciEvent<F>, body: Struct<F>, sent?: () => void): void {
    this.output.send({ type: "event", bytes: encodeEvent(event, body) }, sent);
  }

  violation(rule: Violation["rule"], what: string, packet: Uint8Array): void {
    const violation: Violation = { at: this.clock.now(), rule, what, packet: Uint8Array.from(packet) };
    if (this.violations.length < VIOLATIONS_KEPT) this.violations.push(violation);
    this.#onViolation(violation);
  }
}

function withoutUndefined(options: ControllerOptions): Partial<Settings> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
