/** What a browser loads: counted in octets, beside the budget. */
import budget from "../support/bundle-budget.json" with { type: "json" };
import { measureBundle, type Bundle } from "../support/bundle.ts";
import type { Finding, Section } from "./findings.ts";

const kilo = (octets: number): string => `${(octets / 1024).toFixed(1)} KiB`;

let measured: Promise<Bundle> | undefined;
const bundle = (): Promise<Bundle> => (measured ??= measureBundle());

async function firstFiles(): Promise<Finding> {
  return {
    kind: "count",
    name: "first load, files",
    ours: (await bundle()).firstFiles,
    unit: "files",
    against: "budget",
    limit: budget.firstFiles,
  };
}

async function first(): Promise<Finding> {
  const { gzip } = (await bundle()).first;
  return {
    kind: "count",
    name: "first load, gzip",
    ours: gzip,
    unit: "octets",
    against: "budget",
    limit: budget.first,
  };
}

async function parts(): Promise<Finding> {
  const all = await bundle();
  const rows = [{ name: "first load", size: all.first }, ...all.entries, ...all.parts];
  return {
    kind: "table",
    name: "Parts",
    note: "each with what it needs beyond the first load; what two parts share counts in both",
    head: ["Loaded as a whole", "Plain", "gzip", "brotli"],
    rows: rows.map(({ name, size }) => [name, kilo(size.plain), kilo(size.gzip), kilo(size.brotli)]),
  };
}

export const size = (): Section => ({
  name: "size",
  title: "What is loaded",
  measurements: [
    { name: "first load", run: first },
    { name: "first load, files", run: firstFiles },
    { name: "parts", run: parts },
  ],
});
