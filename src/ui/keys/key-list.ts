import { LitElement, type PropertyValues, type TemplateResult, css, html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { KeyList as ListState, KeyListView } from "../../state/keys/key-list.ts";
import { base } from "../base.css.ts";
import { controls } from "../controls.css.ts";
import { RowWindow } from "../row-window.ts";
import { surfaces } from "../surfaces.css.ts";
import { Watch } from "../watch.ts";
import { type KeyLine, keyLine, keyRowStyles } from "./key-row.ts";
import { vaultProblemWords } from "./vault-words.ts";
import type { KeyBondDialog } from "./key-bond-dialog.ts";
import type { KeyMoveDialog } from "./key-move-dialog.ts";
import "./key-bond-dialog.ts";
import "./key-move-dialog.ts";

type Ready = Extract<KeyListView, { readonly kind: "ready" }>;

/** So few that all of them are in view: nothing to search. */
const FEW = 5;

/** Every bond whose keys are ours, by adapter and by who we are on it. */
export class KeyListPanel extends LitElement {
  static override properties = { state: { attribute: false } };
  static override styles = [
    base,
    controls,
    surfaces,
    keyRowStyles,
    css`
      :host {
        display: grid;
        gap: var(--space-4);
      }
      .rows {
        position: relative;
        padding: 0;
        list-style: none;
      }
    `,
  ];

  declare state: ListState;
  readonly #view = Watch.whole(this, () => this.state.view);
  readonly #problem = Watch.whole(this, () => this.state.problem);
  readonly #now = Watch.whole(this, () => this.state.app.now);
  readonly #window = new RowWindow(this, () => this.renderRoot.querySelector<HTMLElement>(".rows"));
  #from: KeyListView | undefined;
  #lines: readonly KeyLine[] = [];

  protected override render(): TemplateResult {
    const view = this.#view.value;
    return html`<h2>Bonds</h2>
      ${view.kind === "loading" ? html`<p class="quiet">Reading what was stored …</p>` : nothing}
      ${view.kind === "unreadable" ? this.#unreadable(view) : nothing} ${view.kind === "ready" ? this.#ready(view) : nothing}
      <key-bond-dialog .state=${this.state}></key-bond-dialog>
      <key-move-dialog .state=${this.state}></key-move-dialog>`;
  }

  #unreadable({ problem }: Extract<KeyListView, { readonly kind: "unreadable" }>): TemplateResult {
    const { what, advice } = vaultProblemWords(problem);
    return html`<div class="note bad" role="alert"><h3>${what}</h3><p>${advice}</p></div>
      <p><button @click=${() => void this.state.load()}>Try again</button></p>`;
  }

  #ready(view: Ready): TemplateResult {
    const problem = this.#problem.value;
    const words = problem === null ? null : vaultProblemWords(problem);
    const lines = this.#linesOf(view);
    return html`${words === null ? nothing : html`<div class="note bad" role="alert"><h3>${words.what}</h3><p>${words.advice}</p></div>`}
      ${
        view.total === 0
          ? html`<p>
              No bond has its keys here yet. Pair a device over a dongle, or bring keys from another program below. Bonds
              over Web Bluetooth are kept by the operating system and stand under Devices.
            </p>`
          : nothing
      }
      ${
        view.total <= FEW && view.query === ""
          ? nothing
          : html`<div class="field">
              <label for="search">Search ${view.total} bonds by name or address</label>
              <input
                id="search"
                type="search"
                autocomplete="off"
                .value=${view.query}
                @input=${(event: Event) => this.#search(event)}
              />
            </div>`
      }
      ${view.total > 0 && lines.length === 0 ? html`<p class="quiet" role="status">No bond fits.</p>` : nothing}
      <ul class="rows" role="list" aria-label="Bonds by adapter" data-count=${lines.length}>
        ${repeat(
          this.#window.indexes(lines.length, -1),
          (index) => index,
          (index) => this.#line(lines, index),
        )}
      </ul>`;
  }

  #line(lines: readonly KeyLine[], index: number): TemplateResult | typeof nothing {
    const line = lines[index];
    if (line === undefined) return nothing;
    const open = (opened: KeyLine) => this.#open(opened);
    return keyLine(line, { index, count: lines.length, now: this.#now.value, open });
  }

  /** Flat, so that ten thousand scroll as one list. Made anew only when the view is another. */
  #linesOf(view: Ready): readonly KeyLine[] {
    if (view === this.#from) return this.#lines;
    this.#from = view;
    this.#lines = view.groups.flatMap((group): readonly KeyLine[] => [
      { kind: "group", group },
      ...group.bonds.map((bond) => ({ kind: "bond", bond }) as const),
    ]);
    return this.#lines;
  }

  #open(line: KeyLine): void {
    if (line.kind === "bond") {
      const dialog: KeyBondDialog | null = this.renderRoot.querySelector("key-bond-dialog");
      void dialog?.show(line.bond);
    } else {
      const dialog: KeyMoveDialog | null = this.renderRoot.querySelector("key-move-dialog");
      void dialog?.show(line.group);
    }
  }

  #search({ target }: Event): void {
    if (target instanceof HTMLInputElement) this.state.search(target.value);
  }

  protected override updated(_changed: PropertyValues): void {
    const list = this.renderRoot.querySelector<HTMLElement>(".rows");
    if (list !== null && list.dataset["count"] === "0") list.style.height = "0";
  }
}

customElements.define("key-list", KeyListPanel);
declare global {
  interface HTMLElementTagNameMap {
    "key-list": KeyListPanel;
  }
}
