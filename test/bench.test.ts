import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { aesCmac } from "../hci/smp/crypto.ts";
import { nodeCrypto } from "../src/cli/node-crypto.ts";
import { aes128 } from "../src/crypto/aes128.ts";
import { codecContests } from "./bench/codec.ts";
import { COUNTED } from "./bench/counted.ts";
import { KEY, MESSAGES, pairingComputation } from "./bench/crypto-work.ts";
import type { Curve, Section } from "./bench/findings.ts";
import type { Contest } from "./bench/harness.ts";
import { compete } from "./bench/harness.ts";
import { besideNoble } from "./bench/noble.ts";
import { described, markdown, replaced, strayFigures } from "./bench/report.ts";
import { stackContests } from "./bench/stack.ts";
import { chart } from "./bench/svg.ts";
import { webCryptoCmac } from "./bench/web-crypto-cmac.ts";
import { nobleIsInstalled } from "./support/noble.ts";

/** A contest whose samples are given; each is asked for as often as the harness picks the best of. */
function given(ours: readonly number[], other: readonly number[], goal?: number): Contest {
  const rival = (name: string, samples: readonly number[]) => {
    let calls = 0;
    return { name, sample: () => samples[calls++ % samples.length] ?? 0 };
  };
  const theirs = { ...rival("theirs", other), ...(goal !== undefined && { goal }) };
  return { name: "given", rivals: [rival("ours", ours), theirs], bestOf: 1 };
}

test("the ratio is that of the medians of the rounds, and the goal is judged by it", async () => {
  const result = await compete(given([100], [200], 0.5), 7);
  const [other] = result.others;
  assert.equal(other?.ratio, 0.5);
  assert.equal(other?.verdict, "reached");
  assert.equal(result.noise, 0);
  assert.equal(result.ours.median, 100);
  assert.equal((await compete(given([101], [200], 0.5), 7)).others[0]?.verdict, "not reached");
  assert.equal((await compete(given([101], [200]), 7)).others[0]?.verdict, undefined);
  assert.match(described(result), /ratio 0\.50 .*≤ 0\.50: reached/);
});

test("what shakes is said to shake, and is not judged where the goal is within the noise", async () => {
  const result = await compete(given([100, 120, 80, 300, 290, 90], [200], 0.6), 8);
  assert.ok(result.ours.spread > 0.3);
  assert.equal(result.others[0]?.spread, 0);
  assert.equal(result.others[0]?.verdict, "too noisy to judge");
  assert.match(described(result), /noisy/);
});

test("each rival goes first by turns", async () => {
  const order: string[] = [];
  const rival = (name: string) => ({ name, sample: () => (order.push(name), 1) });
  await compete({ name: "turns", rivals: [rival("a"), rival("b"), rival("c")], bestOf: 1 }, 3);
  const rounds = Array.from({ length: order.length / 3 }, (_, i) => order.slice(3 * i, 3 * i + 3).join(""));
  assert.deepEqual(new Set(rounds), new Set(["abc", "bca", "cab"]));
});

test("a section is written between its marks, and nothing else is touched", async () => {
  const section: Section = { name: "one", title: "One", measurements: [] };
  const page = "before\n<!-- bench one -->\nold\n<!-- end of one -->\nafter\n";
  const written = replaced(page, section, [await compete(given([1], [2], 1), 3)]);
  assert.match(
    written,
    /^before\n<!-- bench one -->\n\n\| What .*\| given .*reached \|\n\n<!-- end of one -->\nafter\n$/s,
  );
  assert.throws(() => replaced("nothing", section, []), /Cannot write one: the page has no place for it/);
});

test("a curve becomes a picture with its title, its units and every point", () => {
  const curve: Curve = {
    kind: "curve",
    name: "Cost & more",
    file: "cost",
    across: "bonds",
    up: "milliseconds",
    series: [
      {
        name: "open",
        points: [
          [10, 0.5],
          [100, 2],
          [1000, 40],
        ],
      },
    ],
  };
  const longer: Curve = {
    ...curve,
    series: [
      {
        name: "open",
        points: [
          [100, 1],
          [200_000, 2],
        ],
      },
    ],
  };
  assert.doesNotMatch(chart(longer), />100 000</, "it would stand on 200 000");
  assert.match(chart(longer), />10 000<.*>200 000</s);
  const picture = chart(curve);
  assert.match(picture, /Cost &amp; more/);
  for (const words of ["bonds", "milliseconds", "open", "1 000", "prefers-color-scheme: dark"])
    assert.ok(picture.includes(words), words);
  assert.equal(picture.match(/<circle/g)?.length, 3);
  assert.match(picture, /role="img" aria-labelledby="title description"/);
  assert.match(picture, /<title id="title">Cost &amp; more<\/title>/);
  assert.match(
    picture,
    /<desc id="description">.* open: 0\.500 at 10, 2\.00 at 100, 40\.0 at 1 000\.<\/desc>/,
  );
  assert.match(markdown([curve]), /\| 1 000 \| 40\.0 \|/, "and its figures stand beside it");
  assert.doesNotMatch(picture, /NaN|Infinity/);
});

test("the CMAC by WebCrypto is the CMAC", async () => {
  for (const octets of [0, 1, 16, 40, 64, 65]) {
    const message = Uint8Array.from({ length: octets }, (_, i) => i);
    assert.deepEqual(await webCryptoCmac(KEY, message), aesCmac(aes128, KEY, message), `${octets} octets`);
  }
});

test("a pairing by WebCrypto computes as many blocks as a pairing by the toolbox", async () => {
  for (const method of ["numeric comparison", "passkey"] as const) {
    let blocks = 0;
    const encrypt: typeof nodeCrypto.encrypt = (key, block) => {
      blocks++;
      return nodeCrypto.encrypt(key, block);
    };
    await pairingComputation({ ...nodeCrypto, encrypt }, method);
    const wanted = MESSAGES[method].reduce((sum, octets) => sum + 1 + Math.ceil(octets / 16), 0);
    assert.equal(blocks, wanted, method);
  }
});

test("a figure of the text that stands in no table is found", () => {
  const tables = "<!-- bench one -->\n| a | 1.25 (1.1 to 10 000) | 20 octets |\n<!-- end of one -->\n";
  assert.deepEqual(strayFigures(`${tables}It takes 1.25, over 10 000 of 20 octets; P-256, \`f(7)\`.`), []);
  assert.deepEqual(strayFigures(`${tables}Over 0 000 of 2 octets, 1.2 times.`), ["0 000", "2", "1.2"]);
});

test("every figure of the text of the performance page stands in one of its tables", () => {
  const page = readFileSync(join(import.meta.dirname, "../docs/performance.md"), "utf8");
  assert.deepEqual(strayFigures(page), []);
});

test("no suite measures a time", () => {
  const suites = globSync("**/*.{test,spec}.ts", { cwd: import.meta.dirname });
  assert.ok(suites.length > 100);
  const own = basename(import.meta.filename);
  const clocks = suites.filter(
    (name) =>
      name !== own &&
      /performance\.now|process\.hrtime/.test(readFileSync(join(import.meta.dirname, name), "utf8")),
  );
  assert.deepEqual(clocks, []);
});

/** What each came to when it was last looked at: more is a regression. */
const HELD = [62, 9, 13, 90, 90];

for (const [i, { name, count }] of COUNTED.entries())
  test(`counted: ${name}`, async () => {
    const { ours, limit, unit } = await count();
    assert.ok(ours <= limit, `${ours} ${unit}, at most ${limit} are right`);
    assert.ok(ours <= (HELD[i] ?? 0), `${ours} ${unit}, it was ${HELD[i]}`);
  });

const stack = besideNoble(stackContests());

test("noble takes part in every contest of whole hosts, or it is said why it cannot", () => {
  assert.ok(nobleIsInstalled(), "npm ci brings it");
  for (const { name, rivals, note = "" } of stack)
    assert.ok(rivals.some((rival) => rival.name.startsWith("noble")) || /; noble /.test(note), name);
});

for (const contest of [...codecContests(), ...stack]) {
  test(`can be measured: ${contest.name}`, async () => {
    const { ours, others } = await compete({ ...contest, bestOf: 1 }, 1);
    for (const { name, median } of [ours, ...others]) assert.ok(Number.isFinite(median) && median > 0, name);
  });
}
