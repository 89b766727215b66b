import type { Random } from "../support/random.ts";

/**
 * Something that hostile octets can reach. An input is one packet, PDU or chunk handed in; a case is one conversation
 * of at least one input. Everything a case does follows from `random`, so that its seed brings it back.
 */
export interface Target {
  readonly name: string;
  /** Of the inputs of a run over all targets, in parts of the sum of all shares. */
  readonly share: number;
  /** Runs one case and gives its count of inputs. Throws where the oracle says no. */
  run(random: Random): number | Promise<number>;
}

/** The oracle said no. */
export class OracleError extends Error {
  override readonly name = "OracleError";
}

/** What must hold, whatever came in. */
export function must(holds: boolean, message: string): asserts holds {
  if (!holds) throw new OracleError(message);
}
