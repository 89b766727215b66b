/** Step reports of one procedure folded into what a person reads: one line per step, with its retries. */
import { STEPS, type StepName, type StepNote, type StepReport } from "../bonds/result.ts";

export interface StepLine {
  readonly step: StepName;
  readonly status: "waiting" | "running" | "done" | "skipped" | "failed";
  /** From 1. */
  readonly attempt: number;
  /** When its first attempt began, milliseconds since 1970. */
  readonly since: number;
  /** From the first attempt to the end of the last, pauses included; 0 until then. */
  readonly ms: number;
  readonly note: StepNote | null;
}

export const WAITING: readonly StepLine[] = STEPS.map((step) => ({
  step,
  status: "waiting",
  attempt: 1,
  since: 0,
  ms: 0,
  note: null,
}));

export function fold(lines: readonly StepLine[], report: StepReport, now: number): readonly StepLine[] {
  return lines.map((line) => (line.step === report.step ? next(line, report, now) : line));
}

function next(line: StepLine, report: StepReport, now: number): StepLine {
  const { attempt, note } = report;
  const retrying = report.status === "failed" && note?.kind === "retrying";
  if (report.status === "started" || retrying) {
    return { ...line, status: "running", attempt, since: line.status === "running" ? line.since : now, note };
  }
  const ms = line.status === "running" ? Math.max(0, now - line.since) : 0;
  return { ...line, status: report.status, attempt, ms, note };
}

/** How far the procedure got, 0 to 1, for a picture; skipped steps count as done. */
export function progress(lines: readonly StepLine[]): number {
  const over = lines.filter((line) => line.status === "done" || line.status === "skipped").length;
  return over / lines.length;
}
