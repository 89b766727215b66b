import { type Intent, planOf, type PlannedStep } from "../../bonds/plan.ts";
import type { Mode } from "../../bonds/result.ts";
import type { BondCommand } from "../arguments.ts";
import { addressOfPeer, recordOf } from "../find-device.ts";
import { openStore } from "../open-store.ts";
import type { Output } from "../output.ts";
import type { Program } from "../program.ts";

/** What the same command without `--plan` would do. Opens no adapter and no vault, and changes nothing. */
export async function planCommand(command: BondCommand, program: Program, output: Output): Promise<number> {
  await using store = await openStore(command, program.secrets, (text) => output.warn(text), true);
  const [record, bonds] = await Promise.all([recordOf(store, command.device), store.keys.list()]);
  const peerId = record?.platformId ?? null;
  const address = peerId === null ? command.device : addressOfPeer(peerId);
  const keys = bonds.filter(({ peer }) => peer.address === address);
  const key = (keys.find(({ state }) => state === "active") ?? keys[0])?.state;
  const steps = planOf(command.mode, { record, key });
  output.rows(
    "plan",
    steps.map(({ step, intent }) => ({ step, intent, words: wordsOf({ step, intent }, command.mode) })),
    "",
  );
  output.say("Nothing was done. The adapter was not opened: a bond belongs to one adapter and its identity");
  return 0;
}

function wordsOf({ step, intent }: PlannedStep, mode: Mode): string {
  if (step === "verify" && intent === "run")
    return mode === "check"
      ? "with the key that is stored; 1 where there is none or it does not encrypt"
      : "with the key that is stored; where the device refuses it, 10, and nothing is paired";
  return WORDS[intent];
}

const WORDS: Readonly<Record<Intent, string>> = {
  run: "would be done",
  skip: "would be skipped",
  "unless-verified": "only where the key of a pairing that was cut short does not encrypt",
  never: "is never done by a check",
};
