/** One round of the kiosk: its bonds in their order, each with its time limit and its tries. Nobody is asked anything. */
import type { BondResult } from "../../bonds/result.ts";
import type { KioskRow } from "../../storage/apps/rows.ts";
import type { App } from "../app.ts";
import type { Store } from "../store.ts";
import { type KioskLine, type LineState, mayPass, pauseAfter } from "./lines.ts";

export const KIOSK_RUN = "kiosk";
/** What was cancelled and does not end: the page itself is stuck. */
export const STUCK_MS = 15_000;

export interface RoundPorts {
  readonly app: App;
  readonly lines: Store<readonly KioskLine[]>;
  /** A run neither ended nor could be stopped. */
  stuck(): void;
}

type Limits = Pick<KioskRow, "limitMs" | "retries">;

/** Those of the device itself, where it has some. */
export const limitsOf = (row: Limits & Pick<KioskRow, "own">, bondId: string): Limits =>
  row.own?.find((one) => one.bondId === bondId) ?? row;

/** Resolves when every bond had its turn, or `signal` aborted. */
export async function runRound(row: KioskRow, ports: RoundPorts, signal: AbortSignal): Promise<void> {
  for (const { bondId, name } of ports.lines.value) {
    if (signal.aborted) return;
    await verify(bondId, name, limitsOf(row, bondId), ports, signal);
  }
}

async function verify(
  bondId: string,
  name: string,
  limits: Limits,
  ports: RoundPorts,
  signal: AbortSignal,
): Promise<void> {
  const { surroundings } = ports.app.ports;
  const show = (state: LineState): void => {
    if (!signal.aborted) setLine(ports.lines, bondId, state);
  };
  for (let attempt = 1; ; attempt++) {
    show({ kind: "verifying", attempt });
    const result = await tryOnce(bondId, name, limits.limitMs, ports, signal);
    if (signal.aborted) return;
    if (result === undefined || (result.code !== 0 && !mayPass(result)))
      return result === undefined ? undefined : show({ kind: "needs-person", result });
    if (result.code === 0) return show({ kind: "proven", at: surroundings.now(), result });
    if (attempt > limits.retries) return show({ kind: "failed", result });
    const ms = pauseAfter(attempt, surroundings.random());
    show({ kind: "pausing", attempt, until: surroundings.now() + ms, result });
    await pause(ms, ports.app, signal);
  }
}

/** A run over its limit is cancelled; it counts as out of reach then, and the bond stays as it was. */
async function tryOnce(
  bondId: string,
  name: string,
  limitMs: number,
  ports: RoundPorts,
  signal: AbortSignal,
): Promise<BondResult | undefined> {
  const { app } = ports;
  const procedure = app.procedures.of(KIOSK_RUN);
  let late = false;
  let stopWatch = (): void => {};
  const cancel = (): void => {
    procedure.cancel();
    stopWatch = app.page.after(STUCK_MS, () => ports.stuck());
  };
  const stopTimer = app.page.after(limitMs, () => {
    late = true;
    cancel();
  });
  signal.addEventListener("abort", cancel, { once: true });
  try {
    procedure.close();
    const result = await procedure.start({ bondId }, { mode: "ensure", device: name, unattended: true });
    return late && result !== undefined ? outOfTime(result) : result;
  } finally {
    stopTimer();
    stopWatch();
    signal.removeEventListener("abort", cancel);
  }
}

const outOfTime = (result: BondResult): BondResult => ({
  ...result,
  code: 5,
  name: "unreachable",
  reason: "time-limit",
  remedy: "move-closer",
});

function setLine(lines: Store<readonly KioskLine[]>, bondId: string, state: LineState): void {
  lines.update((before) => before.map((line) => (line.bondId === bondId ? { ...line, state } : line)));
}

function pause(ms: number, app: App, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const stop = app.page.after(ms, () => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    });
    const onAbort = (): void => {
      stop();
      resolve();
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
}
