/**
 * `npm run soak -- [CYCLES]`: two hosts, 10 000 cycles by default. `npm run soak -- product [MINUTES]`: the page without
 * its screens, an hour of its own time by default. Exit status 1 where memory grew or something was left behind.
 */
import { assertFlat, soak } from "./cycles.ts";
import { assertCounted, soakProduct } from "./product.ts";

const [first, second] = process.argv.slice(2);
const isProduct = first === "product";
const given = isProduct ? second : first;
const amount = Number(given ?? (isProduct ? 60 : 10_000));
if (!Number.isSafeInteger(amount) || amount < 1) {
  console.error(`Cannot run ${given}: a whole number is needed`);
  process.exit(64);
}
const print = (what: string) => (at: number, heap: number) =>
  console.log(`${at.toFixed(0).padStart(7)} ${what}  ${(heap / 1024).toFixed(0).padStart(7)} KiB`);

if (isProduct) {
  const result = await soakProduct(amount * 60_000, { onPart: print("minutes") });
  for (const [name, times] of result.done) console.log(`${String(times).padStart(7)} times  ${name}`);
  console.log(`${amount} minutes of its time in ${(result.ms / 1000).toFixed(1)} s`);
  assertFlat(result);
  assertCounted(result);
  console.log(`nothing is left behind: ${JSON.stringify(result.last)}`);
} else {
  const result = await soak(amount, print("cycles"));
  console.log(
    `${amount} cycles in ${(result.ms / 1000).toFixed(1)} s, ${(result.ms / amount).toFixed(2)} ms each`,
  );
  assertFlat(result);
}
console.log("memory is flat");
