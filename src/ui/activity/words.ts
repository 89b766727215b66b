/** The timeline as lines of words. The names of steps are those of the command line. */
import type { Mode } from "../../bonds/result.ts";
import type { PairingEnd } from "../../link/pairing.ts";
import type { ActivityEntry } from "../../state/activity/log.ts";
import type { ActivityWords, TimelineLine } from "../../state/activity/screen.ts";
import type { PairingEvent } from "../../state/pairing-requests.ts";
import type { System } from "../../state/platform.ts";
import { explainPairing } from "../explain/pairing.ts";
import { termsFacts } from "../pairing/words.ts";
import { stepLine } from "../result-text.ts";

export interface LineWords {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** `bond`, `verify`, `archive`, `pairing`, `stored`, `re-verify`, `autoConnect`, `result`, and what stands beside. */
  readonly name: string;
  readonly words: string;
}

const MODES: Readonly<Record<Mode, string>> = {
  ensure: "making sure of",
  check: "checking",
  repair: "repairing",
};

export function lineWords(line: TimelineLine, system: System): LineWords {
  if (line.kind === "air") {
    // Handle and layer are the same in all of them: what was said is what is looked for.
    const said = line.line.text().replace(/^[<>] 0x[0-9a-f]+ SMP /, "");
    const who = line.line.direction === "sent" ? "we" : "device";
    return { at: line.line.at, name: "air", words: `${who}: ${said}` };
  }
  const { at } = line.entry;
  const [name, words] = entryWords(line.entry, system);
  return { at, name, words };
}

function entryWords({ what }: ActivityEntry, system: System): readonly [name: string, words: string] {
  switch (what.kind) {
    case "run":
      return ["run", `${MODES[what.mode]} ${oneLine(what.device)}`];
    case "step":
      return stepLine(what.report, { system });
    case "result": {
      const { code, name, reason } = what.result;
      return ["result", `${code} ${name}${reason === null ? "" : `, ${reason}`}`];
    }
    case "pairing":
      return eventWords(what.event, system);
  }
}

const ASKED = {
  accept: "the device wants to pair: asked",
  agree: "asked whether to go on like that",
  compare: "asked to compare six digits",
  enter: "asked for the device’s six digits",
  display: "showing six digits to type into the device",
} as const;

function eventWords(event: PairingEvent, system: System): readonly [string, string] {
  switch (event.kind) {
    case "asked": {
      const { name, peerId } = event.request;
      return ["prompt", `${ASKED[event.ask]} (${oneLine(name)}, ${peerId})`];
    }
    case "answered":
      return ["prompt", event.accept ? "answered yes" : "answered no"];
    case "agreed":
      return [
        "pairing",
        termsFacts(event.terms)
          .map(([word, value]) => `${word}: ${value}`)
          .join("; "),
      ];
    case "keypress":
      return [
        "prompt",
        event.typed === null ? "a key was pressed on the device" : `${event.typed} of 6 typed on the device`,
      ];
    case "ended":
      return ["pairing", endWords(event.end, system)];
    case "removed":
      return ["bond", "removed"];
  }
}

function endWords(end: PairingEnd, system: System): string {
  switch (end.kind) {
    case "paired":
      return "done";
    case "cancelled":
      return "cancelled";
    case "failed": {
      const who = { us: "by us", peer: "by the device", nobody: "by nobody" }[end.by];
      return `failed ${who}, ${end.reason}: ${explainPairing(end.reason, system).happened}`;
    }
  }
}

const oneLine = (text: string): string =>
  text === "" ? "a device without a name" : text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ");

/** `12:03:04.567`, in UTC, so that reports of two people fit together. */
export function clockTime(at: number): string {
  return new Date(at).toISOString().slice(11, 23);
}

/** A repair puts the old bond aside when a person has agreed and before it connects: that is a line of its own. */
export function timelineWords(lines: readonly TimelineLine[], system: System): readonly LineWords[] {
  let repairing = false;
  const last = lines.findLast((line) => line.kind === "entry" && line.entry.what.kind === "step");
  return lines.flatMap((line) => {
    const words = lineWords(line, system);
    if (line.kind === "entry" && line.entry.what.kind === "run")
      repairing = line.entry.what.mode === "repair";
    const { what } = line.kind === "entry" ? line.entry : { what: undefined };
    const connects =
      what?.kind === "step" && what.report.step === "connect" && what.report.status === "started";
    if (isPlainStart(line) && line !== last && !(repairing && connects)) return [];
    if (!repairing || !connects) return [words];
    repairing = false;
    const archive = {
      at: words.at,
      name: "archive",
      words: "the old bond is kept aside until the new one is proven",
    };
    return line === last ? [archive, words] : [archive];
  });
}

/** A beginning that tells nothing: its end follows. That of the pairing stays, because much happens before its end. */
function isPlainStart(line: TimelineLine): boolean {
  if (line.kind !== "entry" || line.entry.what.kind !== "step") return false;
  const { step, status, note } = line.entry.what.report;
  return status === "started" && note === null && step !== "pair";
}

export function activityWords(system: System): ActivityWords {
  return {
    timeline: (lines) =>
      timelineWords(lines, system)
        .map(({ at, name, words }) => `${clockTime(at)} ${name.padEnd(12)} ${words}`)
        .join("\n"),
  };
}
