import { concat } from "../../../hci/codec/bytes.ts";
import type { Channel } from "../../../hci/l2cap/channel.ts";
import { Signalling, SIGNALLING_MTU } from "../../../hci/l2cap/signalling.ts";
import type { Bytes } from "../../../hci/ports.ts";
import { ManualClock, settle } from "../../support/manual-clock.ts";
import type { Random } from "../../support/random.ts";
import { mostlyMutated, plausible } from "../mutate.ts";
import type { Target } from "../target.ts";
import { must } from "../target.ts";

const RESPONSES = new Set([0x01, 0x03, 0x05, 0x07, 0x09, 0x0b, 0x0d, 0x0f, 0x11, 0x13, 0x15, 0x18, 0x1a]);
const UPDATE = [6, 0, 24, 0, 0, 0, 72, 0];

function commandOf(random: Random, identifier: number): Bytes {
  const code =
    random.below(4) === 0 ? random.below(256) : random.pick([0x01, 0x12, 0x12, 0x13, 0x14, 0x17, 0x0a]);
  const data =
    code === 0x12 ? Uint8Array.from(UPDATE) : plausible(random, random.below(random.pick([3, 20])));
  return mostlyMutated(random, concat([code, identifier, data.length, 0], data));
}

function checkAnswer(command: Uint8Array, answer: Uint8Array, role: string): void {
  const [code = 0, identifier = 0] = command;
  must(!RESPONSES.has(code), "a response was answered");
  must(answer.length <= SIGNALLING_MTU, "an answer is too long");
  must(answer[1] === identifier && identifier !== 0, "an answer has another identifier");
  must((answer[2] ?? 0) === answer.length - 4 && answer[3] === 0, "an answer has another length");
  must(answer[0] === 0x01 || answer[0] === 0x13, "an answer of a kind we never give");
  must(answer[0] === 0x01 || (role === "central" && code === 0x12), "parameters were answered unasked");
}

/** The signalling channel in both roles: at most one short answer per command, none to a response, no waiter forgotten. */
export const signalling: Target = {
  name: "signalling",
  share: 80,
  async run(random) {
    const clock = new ManualClock();
    const role = random.pick<"central" | "peripheral">(["central", "peripheral"]);
    let answers: Uint8Array[] = [];
    let stuck = random.below(8) === 0;
    const channel: Channel = {
      onPdu: () => {},
      onClosed: () => {},
      send(pdu) {
        answers.push(pdu);
        return stuck ? new Promise(() => {}) : Promise.resolve();
      },
    };
    let faults = 0;
    const target = new Signalling(channel, role, clock, () => void faults++);
    const agrees = random.below(2) === 0;
    target.onParameterRequest = () => agrees;
    const outcome = { settled: role === "central" };
    if (role === "peripheral") {
      const request = { intervalMin: 6, intervalMax: 24, latency: 0, supervisionTimeout: 72 };
      const settled = (): void => void (outcome.settled = true);
      target.requestParameters(request).then(settled, settled);
      answers = [];
    }
    const count = 1 + random.below(20);
    let queued = 0;
    for (let i = 0; i < count; i++) {
      const command = commandOf(random, random.pick([0, 1, 1, 1, 2, 0xff]));
      channel.onPdu(command);
      must(answers.length <= 1, "one command got several answers");
      for (const answer of answers) checkAnswer(command, answer, role);
      queued += answers.length;
      must(!stuck || queued <= 9, "answers pile up for a peer that does not listen");
      answers = [];
      if (random.below(4) === 0) await settle();
    }
    stuck = false;
    await clock.advance(31_000);
    must(outcome.settled, "a request waits for ever");
    channel.onClosed(new Error("The link ended"));
    must(clock.pending === 0, "a timer was left behind");
    return count;
  },
};
