/** `node test/soak/run.ts [cycles]`: 10 000 by default. Exit status 1 where memory grew. */
import { assertFlat, soak } from "./cycles.ts";

const cycles = Number(process.argv[2] ?? 10_000);
if (!Number.isSafeInteger(cycles) || cycles < 1) {
  console.error(`Cannot run ${process.argv[2]} cycles: a whole number is needed`);
  process.exit(64);
}
const result = await soak(cycles, (done, heap) => {
  console.log(`${String(done).padStart(7)} cycles  ${(heap / 1024).toFixed(0).padStart(7)} KiB`);
});
console.log(
  `${cycles} cycles in ${(result.ms / 1000).toFixed(1)} s, ${(result.ms / cycles).toFixed(2)} ms each`,
);
assertFlat(result);
console.log("memory is flat");
