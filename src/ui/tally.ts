/**
 * The sign of a bond: a tally, split in two so that each side keeps a half that fits only the other.
 * Every state has its own shape, so it reads without colour.
 */
import { type SVGTemplateResult, svg } from "lit";
import type { BondState } from "../bonds/evidence.ts";

export type TallyKind = BondState["kind"];

const LEFT = "M16 4.5 A11.5 11.5 0 0 0 16 27.5 L18.6 21.75 L13.4 16 L18.6 10.25 Z";
const RIGHT = "M16 4.5 L18.6 10.25 L13.4 16 L18.6 21.75 L16 27.5 A11.5 11.5 0 0 0 16 4.5 Z";

const left = svg`<path fill="currentColor" transform="translate(-1 0)" d=${LEFT}></path>`;
const right = svg`<path fill="currentColor" transform="translate(1 0)" d=${RIGHT}></path>`;
const outline = (d: string, shift: string, dashes: string) =>
  svg`<path fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round"
    stroke-dasharray=${dashes} transform=${shift} d=${d}></path>`;

/** What goes inside an `<svg viewBox="0 0 32 32">`. */
export function tally(kind: TallyKind): SVGTemplateResult {
  switch (kind) {
    case "proven-now": // joined, in a closed ring: this link
      return svg`<g transform="translate(3.2 3.2) scale(0.8)">${left}${right}</g>
        <circle cx="16" cy="16" r="14" fill="none" stroke="currentColor" stroke-width="2.4"></circle>`;
    case "proven": // joined
      return svg`${left}${right}`;
    case "recorded": // our half; the other was never seen
      return svg`${left}${outline(RIGHT, "translate(1.5 0)", "2.6 2.6")}`;
    case "suspect": // the halves do not fit
      return svg`<g transform="translate(-1 -3)">${left}</g><g transform="translate(2 4.5)">${right}</g>`;
    case "archived": // put away: both halves empty, in a box
      return svg`<g transform="translate(4.8 4.8) scale(0.7)">
          ${outline(LEFT, "translate(-1 0)", "none")}${outline(RIGHT, "translate(1 0)", "none")}
        </g>
        <rect x="2" y="2" width="28" height="28" rx="4" fill="none" stroke="currentColor" stroke-width="2"></rect>`;
  }
}
