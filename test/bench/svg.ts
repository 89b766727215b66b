/** A curve as a picture that stands alone: logarithmic axes with their units, readable on light and dark pages. */
import type { Curve } from "./findings.ts";
import { figure, grouped } from "./figures.ts";

const [WIDTH, HEIGHT] = [640, 360] as const;
const [LEFT, RIGHT, TOP, BOTTOM] = [84, 40, 44, 84] as const;
/** About the width of a letter. */
const LETTER = 7.5;
/** Of a line, beside its name. */
const SAMPLE = 22;
const STYLE = `
text { font: 13px system-ui, sans-serif; fill: #1f2328; }
.title { font-weight: 600; font-size: 15px; }
.grid { stroke: #d1d9e0; } .axis { stroke: #59636e; }
.back { fill: #ffffff; }
.s0 { --c: #0550ae; --d: none; } .s1 { --c: #bc4c00; --d: 7 3; } .s2 { --c: #1a7f37; --d: 2 3; }
.s3 { --c: #8250df; --d: 9 3 2 3; } .s4 { --c: #a40e26; --d: 4 5; }
polyline { fill: none; stroke: var(--c); stroke-width: 2; stroke-dasharray: var(--d); } circle { fill: var(--c); }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc; } .grid { stroke: #3d444d; } .axis { stroke: #9198a1; } .back { fill: #0d1117; }
  .s0 { --c: #79c0ff; } .s1 { --c: #ffa657; } .s2 { --c: #7ee787; } .s3 { --c: #d2a8ff; } .s4 { --c: #ff7b72; }
}`;

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

function words(x: number, y: number, text: string, extra = ""): string {
  return `<text x="${x.toFixed(0)}" y="${y.toFixed(0)}"${extra}>${escaped(text)}</text>`;
}

/** The powers of ten that hold all values. */
function decades(values: readonly number[]): readonly [number, number] {
  const low = Math.floor(Math.log10(Math.min(...values)) + 1e-9);
  const high = Math.ceil(Math.log10(Math.max(...values)) - 1e-9);
  return [low, Math.max(high, low + 1)];
}

/** What the widest number below an axis needs. */
const TICK = 62;

/** From end to end of the values; the powers of ten between, where they keep clear of the ends. */
function range(values: readonly number[]): readonly [readonly [number, number], readonly number[]] {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const [low, high] = decades(values);
  const clear = (most / least) ** (TICK / (WIDTH - LEFT - RIGHT));
  const between = Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i));
  const ticks = [least, ...between.filter((each) => each > least * clear && each < most / clear), most];
  return [[Math.log10(least), Math.log10(most)], ticks];
}

const power = (exponent: number): string =>
  exponent >= 0 ? grouped(10 ** exponent) : String(Number((10 ** exponent).toFixed(-exponent)));

/** For whoever hears the picture: all that it shows. */
function spoken({ across, up, series }: Curve): string {
  const lines = series.map(
    ({ name, points }) => `${name}: ${points.map(([x, y]) => `${figure(y)} at ${grouped(x)}`).join(", ")}`,
  );
  return `Vertical: ${up}. Horizontal: ${across}. Both scales are logarithmic. ${lines.join(". ")}.`;
}

export function chart(curve: Curve): string {
  const { name, across, up, series } = curve;
  const points = series.flatMap((one) => one.points);
  const [[left, right], ticks] = range(points.map(([x]) => x));
  const [low, high] = decades(points.map(([, y]) => y));
  const x = (value: number): number =>
    LEFT + ((Math.log10(value) - left) / (right - left)) * (WIDTH - LEFT - RIGHT);
  const y = (value: number): number =>
    HEIGHT - BOTTOM - ((Math.log10(value) - low) / (high - low)) * (HEIGHT - TOP - BOTTOM);
  const parts: string[] = [];
  for (const tick of ticks) {
    const at = x(tick).toFixed(1);
    parts.push(`<line class="grid" x1="${at}" x2="${at}" y1="${TOP}" y2="${HEIGHT - BOTTOM}"/>`);
    parts.push(words(x(tick), HEIGHT - BOTTOM + 18, grouped(tick), ' text-anchor="middle"'));
  }
  for (let e = low; e <= high; e++) {
    const at = y(10 ** e).toFixed(1);
    parts.push(`<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at}" y2="${at}"/>`);
    parts.push(words(LEFT - 8, y(10 ** e) + 4, power(e), ' text-anchor="end"'));
  }
  let key = LEFT;
  series.forEach((one, i) => {
    const line = one.points.map(([px, py]) => `${x(px).toFixed(1)},${y(py).toFixed(1)}`);
    const dots = line.map((at) => `<circle r="3" cx="${at.split(",")[0]}" cy="${at.split(",")[1]}"/>`);
    parts.push(
      `<g class="s${i % 5}"><polyline points="${line.join(" ")}"/>${dots.join("")}`,
      `<polyline points="${key.toFixed(0)},${HEIGHT - 18} ${(key + SAMPLE).toFixed(0)},${HEIGHT - 18}"/>`,
      `${words(key + SAMPLE + 6, HEIGHT - 13, one.name)}</g>`,
    );
    key += SAMPLE + 24 + one.name.length * LETTER;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-labelledby="title description">`,
    `<title id="title">${escaped(name)}</title><desc id="description">${escaped(spoken(curve))}</desc>`,
    `<style>${STYLE}</style><rect class="back" width="${WIDTH}" height="${HEIGHT}" rx="6"/>`,
    words(LEFT, 20, name, ' class="title"'),
    words(LEFT, 37, up),
    words(WIDTH - RIGHT, HEIGHT - BOTTOM + 38, across, ' text-anchor="end"'),
    ...parts,
    "</svg>\n",
  ].join("\n");
}
