/** The few assertions that the contract needs, for any runner and any realm. */
import { DeviceError } from "../../src/link/failure.ts";
import type { Failure } from "../../src/link/failure.ts";

export function ok(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(`Expected otherwise: ${what}`);
}

/** Compares plain data; typed arrays count as lists of numbers. */
export function equal(actual: unknown, expected: unknown): void {
  const [a, b] = [canonical(actual), canonical(expected)];
  if (a !== b) throw new Error(`Expected ${b}, got ${a}`);
}

/** Resolves when `work` rejects with a DeviceError that carries exactly `failure`. */
export async function fails(work: Promise<unknown>, failure: Failure): Promise<void> {
  equal(await failureOf(work), failure);
}

/** What `work` rejects with; it must be a DeviceError. */
export async function failureOf(work: Promise<unknown>): Promise<Failure> {
  let result: unknown;
  try {
    result = await work;
  } catch (error) {
    if (error instanceof DeviceError) return error.failure;
    throw new Error(`Expected a DeviceError, got ${String(error)}`, { cause: error });
  }
  throw new Error(`Expected a rejection, got ${canonical(result)}`);
}

function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_key, part: unknown) => {
      if (part instanceof Uint8Array) return [...part];
      if (typeof part === "object" && part !== null && !Array.isArray(part)) {
        return Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)));
      }
      return part;
    }) ?? String(value)
  );
}
