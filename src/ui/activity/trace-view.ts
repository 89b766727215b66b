import { LitElement, type TemplateResult, css, html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { TraceLayer, TraceLine } from "../../link/trace.ts";
import { type ActivityScreen, LAYERS } from "../../state/activity/screen.ts";
import { base } from "../base.css.ts";
import { controls } from "../controls.css.ts";
import { icon } from "../icons.ts";
import { rowAfter } from "../row-keys.ts";
import { RowWindow } from "../row-window.ts";
import { surfaces } from "../surfaces.css.ts";
import { Watch } from "../watch.ts";
import { clockTime } from "./words.ts";

const LAYER_WORDS: Readonly<Record<TraceLayer, string>> = {
  SMP: "Pairing (SMP)",
  ATT: "Attributes (ATT)",
  L2CAP: "L2CAP",
  command: "Commands",
  event: "Events",
  advertising: "Advertising",
  data: "Other data",
};

/** Every packet between our host and the adapter, decoded. Fires `ask-full` where keys are to be recorded, too. */
export class TraceView extends LitElement {
  static override properties = { state: { attribute: false }, opened: { state: true } };
  static override styles = [
    base,
    controls,
    surfaces,
    css`
      .rows {
        position: relative;
        padding: 0;
        list-style: none;
      }
      li {
        position: absolute;
        inset: 0 0 auto;
        height: 3.25rem;
      }
      li button {
        display: grid;
        grid-template-columns: 7.5rem 4rem minmax(0, 1fr);
        gap: 0 var(--space-3);
        width: 100%;
        height: 100%;
        min-height: 0;
        padding: 0 var(--space-2);
        border: 0;
        border-top: 1px solid var(--line);
        border-radius: 0;
        background: none;
        font: 400 var(--text-s) / 1.4 var(--font-code);
        text-align: start;
      }
      .what {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .time,
      .layer {
        overflow: hidden;
        color: var(--ink-2);
      }
      pre {
        max-height: 20rem;
        margin: 0;
        padding: var(--space-3);
        border: 1px solid var(--line);
        border-radius: var(--radius);
        background: var(--surface-2);
        overflow: auto;
        font: 400 var(--text-s) / 1.5 var(--font-code);
        overflow-wrap: anywhere;
        white-space: pre-wrap;
      }
      @media (max-width: 44rem) {
        li button {
          grid-template-columns: 3.5rem minmax(0, 1fr);
        }
        .time {
          display: none;
        }
      }
    `,
  ];

  declare state: ActivityScreen;
  /** Number of the packet that is shown whole. */
  declare opened: number | null;
  readonly #view = Watch.whole(this, () => this.state.view);
  readonly #window = new RowWindow(this, () => this.renderRoot.querySelector<HTMLElement>(".rows"));
  #active = 0;
  #focusNext = false;

  constructor() {
    super();
    this.opened = null;
  }

  protected override render(): TemplateResult | typeof nothing {
    const { packets } = this.#view.value;
    if (packets === null) return nothing;
    const { lines, all, dropped, filter, full } = packets;
    const opened = lines.find(({ number }) => number === this.opened);
    return html`<section class="card" aria-labelledby="packets">
      <h2 id="packets">Packets</h2>
      <p class="quiet">
        ${lines.length} of ${all} shown.${dropped > 0 ? ` ${dropped} older ones made room.` : ""} Keys, and what gives them
        away, are blanked as they pass.
      </p>
      ${full ? this.#fullNote() : nothing}
      <div class="row">
        <button @click=${() => this.state.saveTrace()}>${icon("download")} Save as btsnoop</button>
        ${full ? nothing : html`<button class="plain" @click=${() => this.dispatchEvent(new CustomEvent("ask-full"))}>Record with keys …</button>`}
      </div>
      <div class="field">
        <label for="find">Find</label>
        <input id="find" type="search" autocomplete="off" spellcheck="false" maxlength="60" .value=${filter.text}
          @input=${(event: Event) => this.#find(event)} />
      </div>
      <div class="row" role="group" aria-label="Which packets">
        ${LAYERS.map(
          (
            layer,
          ) => html`<button class="chip" aria-pressed=${filter.layers.has(layer) ? "true" : "false"} @click=${() => this.state.toggle(layer)}>
            ${LAYER_WORDS[layer]}
          </button>`,
        )}
      </div>
      ${opened === undefined ? nothing : html`<pre tabindex="0" aria-label="The packet">${`${new Date(opened.at).toISOString()}  ${opened.octets} octets\n${opened.text()}`}</pre>`}
      ${lines.length === 0 ? html`<p role="status">${all === 0 ? "Nothing has passed yet." : "None fits."}</p>` : this.#list(lines)}
    </section>`;
  }

  #fullNote(): TemplateResult {
    return html`<div class="note bad" role="status">
      <p><b>Keys and passkeys are being recorded.</b> The file lets whoever has it read along. Save it only where nobody else looks.</p>
      <p class="row"><button class="danger" @click=${() => this.state.endFull()}>Stop, and save the file with keys</button></p>
    </div>`;
  }

  /** The newest first: what just happened is what is looked for. */
  #list(lines: readonly TraceLine[]): TemplateResult {
    const active = Math.min(this.#active, lines.length - 1);
    const lineAt = (index: number): TraceLine | undefined => lines[lines.length - 1 - index];
    return html`<ul
      class="rows"
      role="list"
      aria-label="Packets, the newest first"
      data-count=${lines.length}
      @keydown=${(event: KeyboardEvent) => this.#onKey(event, lines.length)}
    >
      ${repeat(
        this.#window.indexes(lines.length, active),
        (index) => lineAt(index)?.number,
        (index) => {
          const line = lineAt(index);
          if (line === undefined) return nothing;
          return html`<li data-index=${index} aria-setsize=${lines.length} aria-posinset=${index + 1}>
            <button tabindex=${index === active ? 0 : -1} aria-expanded=${line.number === this.opened ? "true" : "false"}
              @click=${() => this.#open(line, index)}>
              <span class="time">${clockTime(line.at)}</span>
              <span class="layer">${line.layer}</span>
              <span class="what">${line.text()}</span>
            </button>
          </li>`;
        },
      )}
    </ul>`;
  }

  #open({ number }: TraceLine, index: number): void {
    this.#active = index;
    this.opened = this.opened === number ? null : number;
  }

  protected override updated(): void {
    if (!this.#focusNext) return;
    this.#focusNext = false;
    this.renderRoot
      .querySelector<HTMLElement>('[data-index] button[tabindex="0"]')
      ?.focus({ preventScroll: true });
  }

  #find(event: Event): void {
    if (event.target instanceof HTMLInputElement) this.state.narrow({ text: event.target.value });
  }

  #onKey(event: KeyboardEvent, count: number): void {
    const next = rowAfter(event, this.#active, count, this.#window.page);
    if (next === undefined) return;
    event.preventDefault();
    this.#active = next;
    this.#focusNext = true;
    this.#window.reveal(this.#active, 16);
    this.requestUpdate();
  }
}

customElements.define("trace-view", TraceView);
declare global {
  interface HTMLElementTagNameMap {
    "trace-view": TraceView;
  }
}
