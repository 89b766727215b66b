import { LitElement, type TemplateResult, css, html } from "lit";
import { NO_FILTER } from "../../state/scan/filter.ts";
import { SCAN_SORTS } from "../../state/scan/room.ts";
import type { ScanScreen } from "../../state/scan/scan-screen.ts";
import { base } from "../base.css.ts";
import { controls } from "../controls.css.ts";
import { Watch } from "../watch.ts";
import { dbm, SORT_WORDS } from "./scan-words.ts";

/** The slider's left end means any. */
const WEAKEST = -100;
const STRONGEST = -30;

/** Which of the heard devices are shown, and in which order. */
export class ScanTools extends LitElement {
  static override properties = { state: { attribute: false } };
  static override styles = [
    base,
    controls,
    css`
      :host {
        display: grid;
        gap: var(--space-3);
      }
      .fields {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr));
        align-items: end;
        gap: var(--space-3) var(--space-4);
      }
      input[type="range"] {
        padding: 0;
        border: 0;
        background: none;
        accent-color: var(--accent);
      }
    `,
  ];

  declare state: ScanScreen;
  readonly #view = Watch.whole(this, () => this.state.view);

  protected override render(): TemplateResult {
    const { filter, sort } = this.#view.value;
    const { least, connectable, bonded } = filter;
    return html`<div class="fields" role="search">
        <div class="field">
          <label for="text">Name or address</label>
          <input id="text" type="search" autocomplete="off" spellcheck="false" maxlength="60" .value=${filter.text}
            @input=${(event: Event) => this.#text(event, "text")} />
        </div>
        <div class="field">
          <label for="service">Service</label>
          <input id="service" type="search" autocomplete="off" spellcheck="false" maxlength="60" placeholder="180D, Heart Rate" .value=${filter.service}
            @input=${(event: Event) => this.#text(event, "service")} />
        </div>
        <div class="field">
          <label for="least">Signal from ${least === null ? "any" : dbm(least)}</label>
          <input id="least" type="range" min=${WEAKEST} max=${STRONGEST} step="5" .value=${String(least ?? WEAKEST)}
            aria-valuetext=${least === null ? "any" : dbm(least)} @input=${(event: Event) => this.#least(event)} />
        </div>
        <div class="field">
          <label for="order">Order</label>
          <select id="order" @change=${(event: Event) => this.#sort(event)}>
            ${SCAN_SORTS.map((name) => html`<option value=${name} ?selected=${name === sort}>${SORT_WORDS[name]}</option>`)}
          </select>
        </div>
      </div>
      <div class="row">
        <button class="chip" aria-pressed=${connectable ? "true" : "false"} @click=${() => this.state.narrow({ connectable: !connectable })}>Connectable</button>
        <button class="chip" aria-pressed=${bonded ? "true" : "false"} @click=${() => this.state.narrow({ bonded: !bonded })}>Bonded</button>
        ${filter === NO_FILTER ? "" : html`<button class="plain" @click=${() => this.state.narrow(NO_FILTER)}>Show all</button>`}
      </div>`;
  }

  #text(event: Event, field: "text" | "service"): void {
    if (event.target instanceof HTMLInputElement) this.state.narrow({ [field]: event.target.value });
  }

  #least(event: Event): void {
    if (!(event.target instanceof HTMLInputElement)) return;
    const value = Number(event.target.value);
    this.state.narrow({ least: value <= WEAKEST ? null : value });
  }

  #sort(event: Event): void {
    if (!(event.target instanceof HTMLSelectElement)) return;
    const { value } = event.target;
    const sort = SCAN_SORTS.find((name) => name === value);
    if (sort !== undefined) this.state.sortBy(sort);
  }
}

customElements.define("scan-tools", ScanTools);
declare global {
  interface HTMLElementTagNameMap {
    "scan-tools": ScanTools;
  }
}
