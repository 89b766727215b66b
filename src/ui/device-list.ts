import { LitElement, type PropertyValues, type TemplateResult, css, html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { DeviceList as ListState, DeviceRow, ListView } from "../state/device-list.ts";
import { hrefOf } from "../state/router.ts";
import { base } from "./base.css.ts";
import { controls } from "./controls.css.ts";
import { surfaces } from "./surfaces.css.ts";
import type { ConfirmDialog } from "./confirm-dialog.ts";
import { deviceName } from "./device-name.ts";
import { headline } from "./list-words.ts";
import { apartClass, AskPurge, deviceRow, deviceRowStyles } from "./device-row.ts";
import { rowAfter } from "./row-keys.ts";
import { RowWindow } from "./row-window.ts";
import { Watch } from "./watch.ts";
import "./confirm-dialog.ts";
import "./list-tools.ts";
import "./damaged-rows.ts";
import "./storage-trouble.ts";
import "./empty-list.ts";

type Ready = Extract<ListView, { readonly kind: "ready" }>;

/** Every device we have a record of, with what is proven about its bond. */
export class DeviceListScreen extends LitElement {
  static override properties = { state: { attribute: false }, active: { state: true } };
  static override styles = [
    base,
    controls,
    surfaces,
    deviceRowStyles,
    css`
      :host {
        display: grid;
        gap: var(--space-5);
      }
      .rows {
        position: relative;
        padding: 0;
        list-style: none;
      }
      .none {
        padding: var(--space-6) 0;
      }
    `,
  ];

  declare state: ListState;
  /** The row that Tab enters; arrow keys move it. */
  declare active: number;
  readonly #view = Watch.whole(this, () => this.state.view);
  readonly #now = Watch.whole(this, () => this.state.app.now);
  readonly #window = new RowWindow(this, () => this.renderRoot.querySelector<HTMLElement>(".rows"));
  #focusNext = false;

  constructor() {
    super();
    this.active = 0;
  }

  protected override render(): TemplateResult {
    const view = this.#view.value;
    switch (view.kind) {
      case "loading":
        return html`<h1 tabindex="-1">Devices</h1><p class="quiet">Reading what was stored …</p>`;
      case "unreadable":
        return html`<h1 tabindex="-1">Devices</h1>
          <storage-trouble .failure=${view.failure} @retry=${() => void this.state.app.bonds.load()}></storage-trouble>`;
      case "ready":
        return this.#list(view);
    }
  }

  #list(view: Ready): TemplateResult {
    const damaged =
      view.quarantined.length === 0
        ? nothing
        : html`<damaged-rows .state=${this.state} .rows=${view.quarantined}></damaged-rows>`;
    if (view.counts.all + view.counts.archived === 0) {
      return html`<h1 tabindex="-1">Devices</h1>${damaged}<empty-list></empty-list>`;
    }
    return html`
      <h1 tabindex="-1">${headline(view)}</h1>
      ${damaged}
      ${few(view) ? nothing : html`<list-tools .state=${this.state}></list-tools>`}
      ${
        view.rows.length === 0
          ? html`<p class="none quiet" role="status">No device fits. ${view.query === "" ? "" : "Try fewer letters."}</p>`
          : this.#rows(view)
      }
    `;
  }

  #rows({ rows }: Ready): TemplateResult {
    const active = Math.min(this.active, rows.length - 1);
    const now = this.#now.value;
    return html`<p id="keys" class="visually-hidden">Arrow keys move through the list.</p>
      <ul
        class="rows ${apartClass(rows)}"
        role="list"
        aria-label="Devices"
        aria-describedby="keys"
        data-count=${rows.length}
        @keydown=${(event: KeyboardEvent) => this.#onKey(event, rows)}
        @ask-purge=${(event: Event) => void this.#purge(event)}
        @focusin=${(event: FocusEvent) => this.#onFocus(event)}
      >
        ${repeat(
          this.#window.indexes(rows.length, active),
          (index) => rows[index]?.id,
          (index) => this.#row(rows, index, index === active, now),
        )}
      </ul>
      <confirm-dialog></confirm-dialog>`;
  }

  async #purge(event: Event): Promise<void> {
    if (!(event instanceof AskPurge)) return;
    const { id, name } = event.row;
    const dialog: ConfirmDialog | null = this.renderRoot.querySelector("confirm-dialog");
    const yes = await dialog?.ask({
      title: "Delete this record for good?",
      body: html`<p>${deviceName(name)}: its record, its history and its attribute table are deleted from this browser.</p>
        <p>A bond that the system keeps is not touched. This cannot be undone.</p>`,
      yes: "Delete for good",
      no: "Keep",
      danger: true,
    });
    if (yes === true) await this.state.purge(id, new AbortController().signal);
  }

  #row(
    rows: readonly DeviceRow[],
    index: number,
    active: boolean,
    now: number,
  ): TemplateResult | typeof nothing {
    const row = rows[index];
    if (row === undefined) return nothing;
    const href = hrefOf({ screen: "device", id: row.id, view: "overview" });
    return deviceRow(row, { index, count: rows.length, active, now, href }, this.state);
  }

  protected override updated(_changed: PropertyValues): void {
    if (!this.#focusNext) return;
    this.#focusNext = false;
    this.renderRoot
      .querySelector<HTMLElement>(`[data-index="${this.active}"] [data-main]`)
      ?.focus({ preventScroll: true });
  }

  #onFocus(event: FocusEvent): void {
    const row = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-index]") : null;
    if (row !== null) this.active = Number(row.dataset["index"]);
  }

  #onKey(event: KeyboardEvent, rows: readonly DeviceRow[]): void {
    const next = rowAfter(event, this.active, rows.length, this.#window.page);
    if (next === undefined) return;
    event.preventDefault();
    this.active = next;
    this.#focusNext = true;
    this.#window.reveal(this.active, 96);
    this.requestUpdate();
  }
}

/** So few that all of them are in view: nothing to search or filter, unless there is something put away. */
const few = ({ counts, query, filter }: Ready): boolean =>
  counts.all <= 4 && counts.archived === 0 && query === "" && filter === "all";

customElements.define("device-list", DeviceListScreen);
declare global {
  interface HTMLElementTagNameMap {
    "device-list": DeviceListScreen;
  }
}
