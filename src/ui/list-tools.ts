import { LitElement, type TemplateResult, css, html, nothing } from "lit";
import { type DeviceList, FILTERS, type Filter, SORTS, type Sort } from "../state/device-list.ts";
import { base } from "./base.css.ts";
import { controls } from "./controls.css.ts";
import { icon } from "./icons.ts";
import { tally } from "./tally.ts";
import { Watch } from "./watch.ts";

const FILTER_WORDS: Readonly<Record<Filter, string>> = {
  all: "All",
  suspect: "Suspect",
  "proven-now": "Proven now",
  proven: "Proven before",
  recorded: "Never proven",
  archived: "Archived",
};

const SORT_WORDS: Readonly<Record<Sort, string>> = {
  attention: "What needs a look",
  name: "Name",
  proof: "Last proof",
  added: "Newest",
};

/** Search, filters with their counts, and order. */
export class ListTools extends LitElement {
  static override properties = { state: { attribute: false } };
  static override styles = [
    base,
    controls,
    css`
      :host {
        display: grid;
        gap: var(--space-3);
      }
      .find {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: var(--space-3);
      }
      .search {
        position: relative;
      }
      .search svg {
        position: absolute;
        top: 0.75rem;
        left: 0.85rem;
        color: var(--ink-2);
        pointer-events: none;
      }
      .search input {
        padding-left: 2.9rem;
      }
      .order {
        display: flex;
        align-items: center;
        gap: var(--space-2);
      }
      .chips {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2);
      }
      .chip svg {
        width: 1.4rem;
        height: 1.4rem;
      }
      .chip b {
        font-variant-numeric: tabular-nums;
      }
      @media (max-width: 44rem) {
        .find {
          grid-template-columns: minmax(0, 1fr);
        }
        .chips {
          flex-wrap: nowrap;
          margin: 0 calc(-1 * var(--space-4));
          padding: var(--space-1) var(--space-4);
          overflow-x: auto;
          scrollbar-width: none;
        }
        .chip {
          flex: none;
        }
        .order select {
          flex: 1;
        }
      }
    `,
  ];

  declare state: DeviceList;
  readonly #view = Watch.whole(this, () => this.state.view);

  protected override render(): TemplateResult | typeof nothing {
    const view = this.#view.value;
    if (view.kind !== "ready") return nothing;
    const shown = FILTERS.filter(
      (filter) => filter === "all" || filter === view.filter || view.counts[filter] > 0,
    );
    return html`
      <div class="find" role="search">
        <div class="search">
          ${icon("search")}
          <input
            type="search"
            aria-label="Search devices"
            placeholder="Search name, note or service"
            autocomplete="off"
            spellcheck="false"
            maxlength="200"
            .value=${view.query}
            @input=${(event: InputEvent) => this.#search(event)}
          />
        </div>
        <label class="order"
          ><span>Order</span>
          <select @change=${(event: Event) => this.#sort(event)}>
            ${SORTS.map((sort) => html`<option value=${sort} ?selected=${sort === view.sort}>${SORT_WORDS[sort]}</option>`)}
          </select>
        </label>
      </div>
      <div class="chips" role="group" aria-label="Show">
        ${shown.map(
          (filter) => html`<button
            class="chip"
            aria-pressed=${filter === view.filter}
            @click=${() => this.state.show(filter)}
          >
            ${filter === "all" ? nothing : html`<svg viewBox="0 0 32 32" aria-hidden="true">${tally(filter)}</svg>`}
            ${FILTER_WORDS[filter]} <b>${view.counts[filter]}</b>
          </button>`,
        )}
      </div>
      <p class="visually-hidden" role="status">${view.rows.length} shown</p>
    `;
  }

  #search(event: InputEvent): void {
    if (event.target instanceof HTMLInputElement) this.state.search(event.target.value);
  }

  #sort(event: Event): void {
    const { target } = event;
    const sort = SORTS.find((known) => target instanceof HTMLSelectElement && known === target.value);
    if (sort !== undefined) this.state.sortBy(sort);
  }
}

customElements.define("list-tools", ListTools);
declare global {
  interface HTMLElementTagNameMap {
    "list-tools": ListTools;
  }
}
