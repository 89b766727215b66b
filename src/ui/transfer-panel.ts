import { LitElement, type TemplateResult, css, html } from "lit";
import type { Transfer } from "../state/transfer.ts";
import { base } from "./base.css.ts";
import { controls } from "./controls.css.ts";
import { icon } from "./icons.ts";
import { importProblemWords } from "./import-words.ts";
import { storageWords } from "./storage-words.ts";
import { surfaces } from "./surfaces.css.ts";
import { Watch } from "./watch.ts";
import "./import-preview.ts";

const WORKING = { export: "Writing the file …", read: "Reading the file …", store: "Storing …" } as const;

/** Records as a file: out with one click, in by picking or dropping, with a look at it first. */
export class TransferPanel extends LitElement {
  static override properties = { state: { attribute: false }, over: { state: true } };
  static override styles = [
    base,
    controls,
    surfaces,
    css`
      .drop {
        display: grid;
        justify-items: center;
        gap: var(--space-2);
        padding: var(--space-5);
        border: 2px dashed var(--line-strong);
        border-radius: var(--radius);
        text-align: center;
      }
      .drop.over {
        border-style: solid;
        border-color: var(--accent);
        background: var(--accent-wash);
      }
      input {
        position: absolute;
        opacity: 0;
        width: 1px;
        height: 1px;
      }
      label.button {
        cursor: pointer;
      }
      .drop:has(input:focus-visible) label {
        outline: 3px solid var(--accent);
        outline-offset: 3px;
      }
    `,
  ];

  declare state: Transfer;
  declare over: boolean;
  readonly #view = Watch.whole(this, () => this.state.view);

  constructor() {
    super();
    this.over = false;
  }

  protected override render(): TemplateResult {
    return html`<section class="card" aria-labelledby="title">
      <h2 id="title">Records as a file</h2>
      <p>
        Names, notes, proofs and history. Keys are not in it: the system keeps them, and they cannot be taken along. What
        is imported counts as never proven until it was proven here.
      </p>
      ${this.#body()}
    </section>`;
  }

  #body(): TemplateResult {
    const view = this.#view.value;
    switch (view.step) {
      case "working":
        return html`<p role="status">${WORKING[view.what]}</p>`;
      case "preview":
        return html`<import-preview .state=${this.state} .view=${view}></import-preview>`;
      case "refused":
        return html`<div class="note bad" role="alert">
            <h3><bdi>${view.file}</bdi> was not imported</h3>
            <p>${importProblemWords(view.problem)}</p>
            <p>Nothing was changed.</p>
          </div>
          ${this.#doors()}`;
      case "failed": {
        const { what, advice } = storageWords(view.failure);
        return html`<div class="note bad" role="alert"><h3>${what}</h3><p>${advice}</p></div>
          ${this.#doors()}`;
      }
      case "idle":
        return this.#doors();
    }
  }

  #doors(): TemplateResult {
    return html`<p class="row">
        <button @click=${() => void this.state.exportAll()}>${icon("download")} Export all records</button>
      </p>
      <div
        class="drop ${this.over ? "over" : ""}"
        @dragover=${(event: DragEvent) => this.#dragOver(event)}
        @dragleave=${() => (this.over = false)}
        @drop=${(event: DragEvent) => this.#drop(event)}
      >
        <input id="file" type="file" accept="application/json,.json" @change=${(event: Event) => this.#picked(event)} />
        <label class="button" for="file">${icon("upload")} Import a file</label>
        <p class="quiet small">or drop it here. You see what is in it before anything is stored.</p>
      </div>`;
  }

  #dragOver(event: DragEvent): void {
    event.preventDefault();
    this.over = true;
  }

  #drop(event: DragEvent): void {
    event.preventDefault();
    this.over = false;
    this.#read(event.dataTransfer?.files[0]);
  }

  #picked(event: Event): void {
    if (!(event.target instanceof HTMLInputElement)) return;
    this.#read(event.target.files?.[0]);
    // So that the same file can be picked again after it was corrected.
    event.target.value = "";
  }

  #read(file: File | undefined): void {
    if (file !== undefined) void this.state.read(file);
  }
}

customElements.define("transfer-panel", TransferPanel);
declare global {
  interface HTMLElementTagNameMap {
    "transfer-panel": TransferPanel;
  }
}
