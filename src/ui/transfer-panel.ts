import { LitElement, type TemplateResult, html } from "lit";
import type { Transfer } from "../state/transfer.ts";
import { base } from "./base.css.ts";
import { controls } from "./controls.css.ts";
import type { GivenFiles } from "./file-drop.ts";
import { icon } from "./icons.ts";
import { importProblemWords } from "./import-words.ts";
import { storageWords } from "./storage-words.ts";
import { surfaces } from "./surfaces.css.ts";
import { Watch } from "./watch.ts";
import "./file-drop.ts";
import "./import-preview.ts";

const WORKING = { export: "Writing the file …", read: "Reading the file …", store: "Storing …" } as const;

/** Records as a file: out with one click, in by picking or dropping, with a look at it first. */
export class TransferPanel extends LitElement {
  static override properties = { state: { attribute: false } };
  static override styles = [base, controls, surfaces];

  declare state: Transfer;
  readonly #view = Watch.whole(this, () => this.state.view);

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
      <file-drop
        label="Import a file"
        accept="application/json,.json"
        @files=${(event: CustomEvent<GivenFiles>) => this.#read(event.detail.files[0])}
        >or drop it here.</file-drop
      >`;
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
