import { type TemplateResult, svg } from "lit";
import { SLOTS } from "../../state/scan/rssi-history.ts";

/** dBm at the bottom and the top of the picture. */
const LEAST = -100;
const MOST = -30;
const HEIGHT = 24;

/** The last minute of signal as a line with gaps where nothing was heard. `words` says the same. */
export function rssiChart(values: readonly (number | null)[], words: string): TemplateResult {
  return svg`<svg
    class="rssi"
    viewBox="0 0 ${SLOTS} ${HEIGHT}"
    preserveAspectRatio="none"
    role="img"
    aria-label=${words}
  >
    <path d=${pathOf(values)} fill="none" stroke="currentColor" stroke-width="2" vector-effect="non-scaling-stroke" stroke-linecap="round" stroke-linejoin="round"></path>
  </svg>`;
}

export function pathOf(values: readonly (number | null)[]): string {
  let path = "";
  let open = false;
  values.forEach((value, i) => {
    if (value !== null) {
      const share = (Math.min(MOST, Math.max(LEAST, value)) - LEAST) / (MOST - LEAST);
      const y = (HEIGHT - 1 - share * (HEIGHT - 2)).toFixed(1);
      // A point by itself needs a line to be seen.
      path += open ? `L${i + 0.5} ${y}` : `M${i} ${y}L${i + 0.5} ${y}`;
    }
    open = value !== null;
  });
  return path;
}
