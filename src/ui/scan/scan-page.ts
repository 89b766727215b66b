import { LitElement, type PropertyValues, type TemplateResult, css, html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { Simulation } from "../../state/adapter/simulation.ts";
import type { HeardDevice } from "../../state/scan/heard.ts";
import type { ScanScreen, ScanView } from "../../state/scan/scan-screen.ts";
import { base } from "../base.css.ts";
import { controls } from "../controls.css.ts";
import type { CodeUse } from "../pairing/code-dialog.ts";
import { rowAfter } from "../row-keys.ts";
import { RowWindow } from "../row-window.ts";
import { Watch } from "../watch.ts";
import { scanRow, scanRowStyles } from "./scan-row.ts";
import "../failure-note.ts";
import "../pairing/code-dialog.ts";
import "./scan-absent.ts";
import "./scan-details.ts";
import "./scan-tools.ts";
import type { ScanDetails } from "./scan-details.ts";

/** Who is in the air: a live list, and everything one of them says. Listens while it is looked at. */
export class ScanPage extends LitElement {
  static override properties = {
    state: { attribute: false },
    room: { attribute: false },
    active: { state: true },
  };
  static override styles = [
    base,
    controls,
    scanRowStyles,
    css`
      :host {
        display: grid;
        gap: var(--space-5);
      }
      .head {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: var(--space-3);
      }
      .both {
        display: grid;
        gap: var(--space-5);
        align-items: start;
      }
      .both > * {
        min-width: 0;
      }
      scan-details {
        order: -1;
      }
      @media (min-width: 75rem) {
        .both.two {
          grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
        }
        scan-details {
          position: sticky;
          top: var(--space-4);
          order: 0;
          max-height: calc(100dvh - 2rem);
          overflow: auto;
        }
      }
    `,
  ];

  declare state: ScanScreen;
  /** Devices that are made of code, whose tags a person can read. */
  declare room: Simulation | null;
  /** The row that Tab enters; arrow keys move it. */
  declare active: number;
  readonly #view = Watch.whole(this, () => this.state.view);
  readonly #window = new RowWindow(this, () => this.renderRoot.querySelector<HTMLElement>(".rows"));
  #focusNext = false;
  #opened = false;

  constructor() {
    super();
    this.active = 0;
    this.room = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.state.start();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.state.pause();
  }

  protected override render(): TemplateResult {
    const view = this.#view.value;
    const selected = view.rows.find(({ rowId }) => rowId === view.selected);
    return html`<div class="head">
        <h1 tabindex="-1">Scan</h1>
        <p class="row">
          ${this.#pauseButton(view)}
          <button @click=${() => this.state.clear()} ?disabled=${view.heard === 0}>Clear</button>
        </p>
      </div>
      <p class="quiet">${statusWords(view)}</p>
      ${this.#trouble(view)}
      <scan-tools .state=${this.state}></scan-tools>
      <div class="both ${selected === undefined ? "" : "two"}">
        ${view.rows.length === 0 ? this.#empty(view) : this.#list(view)}
        ${selected === undefined ? nothing : this.#details(selected, view)}
      </div>
      ${selected === undefined ? nothing : this.#code(selected)}`;
  }

  #pauseButton({ state }: ScanView): TemplateResult {
    const on = state.kind === "listening" || state.kind === "starting";
    return html`<button class=${on ? "" : "primary"} @click=${() => (on ? this.state.pause() : void this.state.start())}>
      ${on ? "Pause" : "Listen"}
    </button>`;
  }

  #trouble({ state }: ScanView): TemplateResult | typeof nothing {
    if (state.kind !== "failed") return nothing;
    const { system } = this.state.app.environment.surroundings.platform;
    return html`<failure-note .failure=${state.failure} .system=${system}></failure-note>`;
  }

  #empty({ heard, state }: ScanView): TemplateResult {
    if (heard > 0) return html`<p role="status">None of the ${heard} devices fits. Ask for less.</p>`;
    return html`<p role="status">
      ${state.kind === "listening" ? "Nothing heard yet. Wake the device, and bring it near." : "Press Listen to hear who is there."}
    </p>`;
  }

  #details(device: HeardDevice, view: ScanView): TemplateResult {
    return html`<scan-details
      .device=${device}
      .standing=${this.state.standingOf(device)}
      .now=${view.at}
      @pair=${() => this.state.pair(device)}
      .takesCode=${this.state.takesCode(device)}
      @code=${() => void this.renderRoot.querySelector("code-dialog")?.ask()}
      @close=${() => this.#close()}
    ></scan-details>`;
  }

  #code(device: HeardDevice): TemplateResult {
    const use: CodeUse = {
      title: "Pair with a code from another channel",
      yes: "Pair with this code",
      no: "Do not pair",
      address: device.address.text,
      take: (text) => this.state.pairWithCode(device, text),
    };
    return html`<code-dialog .device=${device.name} .use=${use} .room=${this.room}></code-dialog>`;
  }

  #list({ rows, selected, at }: ScanView): TemplateResult {
    const active = Math.min(this.active, rows.length - 1);
    return html`<div>
      <p id="keys" class="visually-hidden">Arrow keys move through the list.</p>
      <ul
        class="rows"
        role="list"
        aria-label="Devices in the air"
        aria-describedby="keys"
        data-count=${rows.length}
        @keydown=${(event: KeyboardEvent) => this.#onKey(event, rows.length)}
        @focusin=${(event: FocusEvent) => this.#onFocus(event)}
      >
        ${repeat(
          this.#window.indexes(rows.length, active),
          (index) => rows[index]?.rowId,
          (index) => {
            const device = rows[index];
            if (device === undefined) return nothing;
            return scanRow(device, {
              index,
              count: rows.length,
              active: index === active,
              selected: device.rowId === selected,
              bonded: this.state.standingOf(device).bonded,
              now: at,
              select: () => this.#open(device),
            });
          },
        )}
      </ul>
    </div>`;
  }

  #open(device: HeardDevice): void {
    this.#opened = true;
    this.state.select(device.rowId);
  }

  #close(): void {
    this.state.select(null);
    this.#focusNext = true;
    this.requestUpdate();
  }

  protected override updated(_changed: PropertyValues): void {
    if (this.#opened) {
      this.#opened = false;
      const details: ScanDetails | null = this.renderRoot.querySelector("scan-details");
      void details?.updateComplete.then(() => {
        details.focus();
        if (!matchMedia("(min-width: 75rem)").matches) details.scrollIntoView({ block: "start" });
      });
    }
    if (!this.#focusNext) return;
    this.#focusNext = false;
    this.renderRoot
      .querySelector<HTMLElement>('[data-index] button[tabindex="0"]')
      ?.focus({ preventScroll: true });
  }

  #onFocus(event: FocusEvent): void {
    const row =
      event.target instanceof HTMLElement ? event.target.closest<HTMLElement>("[data-index]") : null;
    if (row !== null) this.active = Number(row.dataset["index"]);
  }

  #onKey(event: KeyboardEvent, count: number): void {
    const next = rowAfter(event, this.active, count, this.#window.page);
    if (next === undefined) return;
    event.preventDefault();
    this.active = next;
    this.#focusNext = true;
    this.#window.reveal(this.active, 16);
    this.requestUpdate();
  }
}

function statusWords({ state, heard, rows, rate, dropped }: ScanView): string {
  const devices = heard === 1 ? "1 device" : `${heard} devices`;
  const shown = rows.length === heard ? devices : `${rows.length} of ${devices}`;
  const more = dropped > 0 ? ` More are in the air than can be kept: ${dropped} reports were left out.` : "";
  switch (state.kind) {
    case "starting":
      return `Starting to listen … ${shown}.`;
    case "listening":
      return `Listening, and asking for what devices add: they can see that. ${shown}, ${rate} reports a second.${more}`;
    case "stopped":
    case "failed":
      return `Not listening. ${shown} heard.${more}`;
  }
}

customElements.define("scan-page", ScanPage);
declare global {
  interface HTMLElementTagNameMap {
    "scan-page": ScanPage;
  }
}
