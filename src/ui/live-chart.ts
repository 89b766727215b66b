import { LitElement, type PropertyValues, type TemplateResult, html, nothing, svg } from "lit";
import { type Sample, type SeriesSummary, summarise } from "../state/values-series.ts";
import { base } from "./base.css.ts";
import { chartStyles } from "./live-chart.css.ts";
import { controls } from "./controls.css.ts";
import { type Frame, heightOf, linePath, numberWord, scaleOf, spanWord } from "./live-chart-scale.ts";

/** As in the styles. */
const HEIGHT = 220;
const ROWS = 10;
/** With reduced motion the picture changes this often at most, milliseconds. */
const CALM_MS = 2_000;

/** Numbers as they arrive: a line with labelled axes, the same in words, and the newest values as a table. */
export class LiveChart extends LitElement {
  static override properties = {
    samples: { attribute: false },
    name: { attribute: false },
    unit: { attribute: false },
    paused: { state: true },
    width: { state: true },
  };
  static override styles = [base, controls, chartStyles];

  declare samples: readonly Sample[];
  declare name: string;
  declare unit: string | null;
  declare paused: boolean;
  declare width: number;
  #shown: readonly Sample[] = [];
  #shownAt = 0;
  #calm: MediaQueryList | undefined;
  #later: ReturnType<typeof setTimeout> | undefined;
  #size: ResizeObserver | undefined;

  constructor() {
    super();
    this.samples = [];
    this.name = "Value";
    this.unit = null;
    this.paused = false;
    this.width = 600;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#calm = matchMedia("(prefers-reduced-motion: reduce)");
    this.#size = new ResizeObserver(([entry]) => {
      if (entry !== undefined) this.width = Math.max(240, Math.round(entry.contentRect.width));
    });
    this.#size.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#size?.disconnect();
    clearTimeout(this.#later);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (this.paused && this.#shown.length > 0) return;
    const wait = this.#calm?.matches === true ? this.#shownAt + CALM_MS - Date.now() : 0;
    const other = changed.has("name") || changed.has("unit");
    if (wait > 0 && !other) {
      clearTimeout(this.#later);
      this.#later = setTimeout(() => this.requestUpdate(), wait);
      return;
    }
    this.#shown = this.samples;
    this.#shownAt = Date.now();
  }

  protected override render(): TemplateResult {
    const summary = summarise(this.#shown);
    if (summary === null) return html`<p class="quiet">No number has arrived yet.</p>`;
    const unit = this.unit === null ? "" : ` ${this.unit}`;
    return html`<figure>
      <div class="paper">${this.#picture(summary, unit)}</div>
      <figcaption>${words(this.name, summary, unit)}</figcaption>
      <div class="row">
        <button
          aria-pressed=${this.paused}
          @click=${() => {
            this.paused = !this.paused;
          }}
        >
          ${this.paused ? "Go on" : "Pause the chart"}
        </button>
        ${this.paused ? html`<span class="quiet">Values still arrive; the picture stands still.</span>` : nothing}
      </div>
      <details>
        <summary>The newest values as a table</summary>
        ${this.#table(unit)}
      </details>
    </figure>`;
  }

  #picture(summary: SeriesSummary, unit: string): TemplateResult {
    const scale = scaleOf(summary.least, summary.most);
    const labels = scale.ticks.map((tick) => tick.toFixed(scale.decimals));
    const left = 20 + 8.5 * Math.max(...labels.map((label) => label.length));
    const frame: Frame = { left, top: 34, width: this.width - left - 18, height: HEIGHT - 34 - 34 };
    const bottom = frame.top + frame.height;
    const right = frame.left + frame.width;
    return html`<svg
      viewBox="0 0 ${this.width} ${HEIGHT}"
      role="img"
      aria-label="Chart of ${this.name}${unit === "" ? "" : ` in${unit}`}; its words follow"
    >
      <text x="12" y="20">${this.name}${unit === "" ? "" : ` (${unit.trim()})`}</text>
      ${scale.ticks.map((tick, at) => {
        const y = heightOf(tick, scale, frame);
        return svg`<line class="grid" x1=${frame.left} x2=${right} y1=${y} y2=${y}></line>
          <text x=${frame.left - 8} y=${y + 5} text-anchor="end">${labels[at]}</text>`;
      })}
      <text x=${frame.left} y=${bottom + 24}>${spanWord(summary.span)} ago</text>
      <text x=${right} y=${bottom + 24} text-anchor="end">${this.paused ? "paused" : "newest"}</text>
      <path class="line" d=${linePath(this.#shown, scale, frame)}></path>
      <circle class="now" cx=${right} cy=${heightOf(summary.last, scale, frame)} r="5"></circle>
    </svg>`;
  }

  #table(unit: string): TemplateResult {
    return html`<table>
      <thead>
        <tr>
          <th scope="col">Time</th>
          <th scope="col">${this.name}${unit === "" ? "" : ` (${unit.trim()})`}</th>
        </tr>
      </thead>
      <tbody>
        ${this.#shown
          .slice(-ROWS)
          .toReversed()
          .map(
            ({ at, value }) =>
              html`<tr>
                <td>${new Date(at).toLocaleTimeString()}</td>
                <td>${numberWord(value)}</td>
              </tr>`,
          )}
      </tbody>
    </table>`;
  }
}

/** To a hundredth of the range: more digits than the values vary by say nothing. */
function rounded(value: number, range: number): number {
  if (!(range > 0)) return value;
  return Number(value.toFixed(Math.min(20, Math.max(0, Math.ceil(-Math.log10(range / 100))))));
}

function words(name: string, summary: SeriesSummary, unit: string): TemplateResult {
  const { last, least, most, mean, count, span } = summary;
  const range =
    count === 1
      ? nothing
      : html` Between ${numberWord(least)} and ${numberWord(most)}${unit}, ${numberWord(rounded(mean, most - least))}${unit} on average, in
          ${count} values over ${spanWord(span)}.`;
  return html`${name} now <b>${numberWord(last)}${unit}</b>.${range}`;
}

customElements.define("live-chart", LiveChart);
declare global {
  interface HTMLElementTagNameMap {
    "live-chart": LiveChart;
  }
}
