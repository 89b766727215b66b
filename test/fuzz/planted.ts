/** Targets with a mistake each, to show that the mistakes are found. */
import type { Target } from "./target.ts";
import { must } from "./target.ts";

export const TARGETS: readonly Target[] = [
  {
    name: "rarely wrong",
    share: 1,
    run(random) {
      must(random.below(1000) !== 7, "seven");
      return 1;
    },
  },
  {
    name: "forgets a promise",
    share: 1,
    async run() {
      void Promise.reject(new Error("lost"));
      return 1;
    },
  },
  {
    name: "throws later",
    share: 1,
    async run() {
      setImmediate(() => {
        throw new Error("too late to be caught");
      });
      return 1;
    },
  },
  {
    name: "never ends",
    share: 1,
    run(random) {
      while (random.below(2) < 2);
      return 1;
    },
  },
];
