import { codec } from "./codec.ts";
import type { Contest } from "./harness.ts";
import { scan } from "./scan.ts";
import { smp } from "./smp.ts";
import { stack } from "./stack.ts";

/** Everything that is measured. */
export const CONTESTS = (): readonly Contest[] => [...codec(), ...scan(), ...smp(), ...stack()];
