/** A result without a run: nothing was reached, asked or changed. */
import { lastProof } from "../../bonds/evidence.ts";
import { displayName } from "../../bonds/record.ts";
import {
  type BondResult,
  type Mode,
  ResultCode,
  type ResultName,
  type ResultReason,
} from "../../bonds/result.ts";
import type { BondRecord } from "../../storage/records.ts";
import type { App } from "../app.ts";

const REMEDY = { "not-valid": "run-ensure", cancelled: "retry", usage: "fix-call" } as const;

export function plainResult(
  { ports }: Pick<App, "ports">,
  mode: Mode,
  name: Extract<ResultName, keyof typeof REMEDY>,
  reason: ResultReason,
  record: BondRecord | null,
): BondResult {
  return {
    code: ResultCode[name],
    name,
    reason,
    mode,
    bondId: record?.id ?? null,
    device: record === null ? "" : displayName(record),
    transport: ports.backend.capabilities.transport,
    level: null,
    keySize: null,
    evidence: record === null ? "none" : "recorded",
    provenAt: record === null ? null : (lastProof(record)?.at ?? null),
    persisted: record !== null,
    bondChanged: "none",
    halfBondSuspected: false,
    remedy: REMEDY[name],
    failure: null,
    steps: [],
    appVersion: ports.appVersion,
  };
}
