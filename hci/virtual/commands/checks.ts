import type { Address } from "../../ports.ts";
import type { LinkParameters, ParameterRange } from "../link/frame.ts";
import { Refusal, Status } from "../status.ts";

/** Refuses with Invalid HCI Command Parameters. */
export function demand(valid: boolean): void {
  if (!valid) throw new Refusal(Status.InvalidParameters);
}

/** Refuses with Command Disallowed. */
export function allow(allowed: boolean): void {
  if (!allowed) throw new Refusal(Status.CommandDisallowed);
}

export function within(value: number, least: number, most: number): void {
  demand(value >= least && value <= most);
}

interface ConnectionFields {
  readonly intervalMin: number;
  readonly intervalMax: number;
  readonly latency: number;
  readonly supervisionTimeout: number;
  readonly minEventLength: number;
  readonly maxEventLength: number;
}

/** 7.8.12, 7.8.18: the ranges, and a timeout that outlives two events that the peripheral may sleep through. */
export function checkedRange(fields: ConnectionFields): ParameterRange {
  const { intervalMin, intervalMax, latency, supervisionTimeout: timeout } = fields;
  within(intervalMin, 6, 3200);
  within(intervalMax, intervalMin, 3200);
  within(latency, 0, 499);
  within(timeout, 10, 3200);
  demand(timeout * 10 > (1 + latency) * intervalMax * 1.25 * 2);
  demand(fields.minEventLength <= fields.maxEventLength);
  return { intervalMin, intervalMax, latency, timeout };
}

export function linkParameters({ intervalMin, latency, timeout }: ParameterRange): LinkParameters {
  return { interval: intervalMin, latency, timeout };
}

export function peerOf(
  type: "public" | "random" | "publicIdentity" | "randomIdentity",
  octets: Address["octets"],
): Address {
  return { type: type === "public" || type === "publicIdentity" ? "public" : "random", octets };
}

interface Switches {
  readonly [name: string]: boolean;
}

/** The bits of a decoded `flags` field, least significant first. */
export function bitsOf(flags: Switches): number {
  return Object.values(flags).reduce((bits, on, i) => (on ? bits | (1 << i) : bits), 0);
}
