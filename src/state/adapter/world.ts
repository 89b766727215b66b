import type { PageKeys } from "../keys/screen.ts";
import type { OwnAdapter } from "./panel.ts";
import type { AdapterQuestions } from "./questions.ts";
import type { Simulation } from "./simulation.ts";

/** What a page load over an adapter of our own has beside its backend. */
export interface OwnWorld {
  readonly adapter: OwnAdapter;
  readonly questions: AdapterQuestions;
  /** Null where the adapter is real. */
  readonly simulation: Simulation | null;
  readonly keys: PageKeys;
  /** Milliseconds after which an attempt to connect is given up, from the next one on. */
  readonly connectWithin: (ms: number) => void;
}
