import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChooseRequest, Peer } from "../../../src/link/backend.ts";
import { failureOf } from "../../../src/link/failure.ts";
import { type Ask, promptsThrough } from "../../../src/state/prompts.ts";
import { bondRecord, ScriptedLink } from "./scripted-link.ts";

function asking(open = false) {
  const asked: (Ask | null)[] = [];
  const requests: ChooseRequest[] = [];
  const { peer } = new ScriptedLink();
  const chooser = {
    open,
    choose: async (request: ChooseRequest): Promise<Peer> => {
      requests.push(request);
      return peer;
    },
  };
  return {
    asked,
    requests,
    peer,
    prompts: promptsThrough(
      (ask) => asked.push(ask),
      chooser,
      async () => "Desk",
    ),
  };
}

const never = new AbortController().signal;

test("the chooser opens from the click, looks for the device by its name, and names every service of the record", async () => {
  const { asked, requests, peer, prompts } = asking();
  const choosing = prompts.choosePeer?.(bondRecord(), never);
  const [question] = asked;
  assert(question?.kind === "choose");
  assert.equal(requests.length, 0, "nothing opens before the click");
  question.choose();
  assert.equal(await choosing, peer);
  assert.equal(requests[0]?.namePrefix, "Lamp");
  assert.equal(requests[0]?.optionalServices.includes(bondRecord().services[0] ?? ""), true);
  assert.equal(asked.at(-1), null, "the question is over");
});

test("a device added with a preset is looked for by the preset's service", async () => {
  const { asked, requests, prompts } = asking();
  const choosing = prompts.choosePeer?.(bondRecord({ profile: "heart-rate" }), never);
  const [question] = asked;
  assert(question?.kind === "choose");
  question.choose();
  await choosing;
  assert.deepEqual(requests[0]?.services, ["0000180d-0000-1000-8000-00805f9b34fb"]);
  assert.equal(requests[0]?.namePrefix, undefined);
});

test("while another chooser is open the click does nothing: a second one would close it", () => {
  const { asked, requests, prompts } = asking(true);
  void prompts.choosePeer?.(bondRecord(), never);
  const [question] = asked;
  assert(question?.kind === "choose");
  question.choose();
  assert.equal(requests.length, 0);
});

test("stopping takes the question back", async () => {
  const { asked, prompts, peer } = asking();
  const stop = new AbortController();
  const answer = prompts.confirmIdentity?.(bondRecord(), peer, stop.signal);
  assert.equal(asked[0]?.kind, "identity");
  stop.abort();
  await assert.rejects(answer ?? Promise.resolve(), (error) => failureOf(error).kind === "cancelled");
  assert.equal(asked.at(-1), null);
});

test("consent to a repair is what the person answers", async () => {
  for (const go of [true, false]) {
    const { asked, prompts } = asking();
    const consent = prompts.confirmRepair?.(bondRecord({ label: "Hall" }), never);
    const [question] = asked;
    assert(question?.kind === "repair");
    assert.equal(question.device, "Hall");
    assert.equal(question.code, null, "the system pairs: it takes no code");
    question.answer(go);
    assert.equal(await consent, go);
    assert.equal(asked.at(-1), null);
  }
});

const CODE = `1122${"01".repeat(16)}1123${"02".repeat(16)}`;

/** A question that can be answered with a code, once it is there. */
async function repairQuestion(signal: AbortSignal) {
  const asked = Promise.withResolvers<Extract<Ask, { kind: "repair" }>>();
  const chooser = { open: false, choose: () => Promise.reject(new Error("Nobody asked")) };
  const shown: (Ask | null)[] = [];
  const prompts = promptsThrough(
    (ask) => {
      shown.push(ask);
      if (ask?.kind === "repair") asked.resolve(ask);
    },
    chooser,
    async () => "",
    true,
  );
  const consent = prompts.confirmRepair?.(bondRecord({ platformId: "public-010203040506" }), signal);
  const { code } = await asked.promise;
  assert(code !== null && consent !== undefined);
  return { code, consent, shown };
}

test("where pairing is ours a repair can be answered with a code; what is none is said, and the question stays", async () => {
  const { code, consent, shown } = await repairQuestion(never);
  assert.equal(code.bonded, "public-010203040506");
  assert.deepEqual(code.answer("nonsense"), { kind: "not-hex" });
  assert.deepEqual(code.answer(`081b06050403020200${CODE}`), {
    kind: "other-device",
    peerId: "public-020203040506",
  });
  assert.equal(shown.length, 1);
  assert.equal(code.answer(CODE), null);
  const answer = await consent;
  assert(typeof answer === "object" && answer.outOfBand.kind === "secure-connections");
  assert.deepEqual(answer.outOfBand.confirm, new Uint8Array(16).fill(1));
  assert.equal(shown.at(-1), null);
});

test("a code that comes when the question is over goes nowhere, and is zeroed", async (t) => {
  const stop = new AbortController();
  const { code, consent } = await repairQuestion(stop.signal);
  stop.abort();
  const fills = t.mock.method(Uint8Array.prototype, "fill");
  assert.equal(code.answer(CODE), null);
  const wiped = fills.mock.calls.map(({ this: octets }) => octets);
  const values = wiped.filter((octets) => octets instanceof Uint8Array && octets.length === 16);
  assert.equal(values.length, 2, "confirmation and random value");
  await assert.rejects(consent, (error) => failureOf(error).kind === "cancelled");
});

test("nothing is asked of a run that has ended", async () => {
  const { asked, prompts } = asking();
  const consent = prompts.confirmRepair?.(bondRecord(), AbortSignal.abort(new Error("over")));
  await assert.rejects(consent ?? Promise.resolve(), /over/);
  assert.deepEqual(asked, []);
});

test("before a second bond a person reads which dongle has the first", async () => {
  const { asked, prompts } = asking();
  const consent = prompts.confirmElsewhere?.(bondRecord({ label: "Hall" }), never);
  await Promise.resolve();
  const [question] = asked;
  assert(question?.kind === "elsewhere");
  assert.deepEqual([question.device, question.dongle], ["Hall", "Desk"]);
  question.answer(false);
  assert.equal(await consent, false);
});
