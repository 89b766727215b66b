import { LitElement, type TemplateResult, css, html, nothing } from "lit";
import type { ImportEntry, KeyImportScreen, KeyImportView, Remark } from "../../state/keys/import.ts";
import { base } from "../base.css.ts";
import { controls } from "../controls.css.ts";
import { deviceName } from "../device-name.ts";
import type { GivenFiles } from "../file-drop.ts";
import { surfaces } from "../surfaces.css.ts";
import { Watch } from "../watch.ts";
import { droppedFiles, pickedFiles } from "./dropped-files.ts";
import { fileProblemWords, FORMAT_WORDS } from "./key-words.ts";
import { vaultProblemWords } from "./vault-words.ts";
import "../file-drop.ts";

type Preview = Extract<KeyImportView, { readonly step: "preview" }>;

/** More are not listed one by one; all or none of them still can be chosen. */
const LISTED = 200;

/** Keys from another program: files, a folder or an archive, looked at before anything is stored. */
export class KeyImportPanel extends LitElement {
  static override properties = { state: { attribute: false } };
  static override styles = [
    base,
    controls,
    surfaces,
    css`
      .entries {
        display: grid;
        max-height: 28rem;
        padding: 0;
        overflow-y: auto;
        border: 1px solid var(--line);
        border-radius: var(--radius);
        list-style: none;
      }
      .entries li {
        padding: var(--space-3) var(--space-4);
      }
      .entries li + li {
        border-top: 1px solid var(--line);
      }
      .entries label {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: 0 var(--space-3);
        align-items: start;
      }
      .entries ul {
        margin-top: var(--space-1);
        padding-left: var(--space-5);
      }
    `,
  ];

  declare state: KeyImportScreen;
  readonly #view = Watch.whole(this, () => this.state.view);

  protected override render(): TemplateResult {
    return html`<section class="card" aria-labelledby="title">
      <h2 id="title">Bring keys from another program</h2>
      ${this.#step()}
    </section>`;
  }

  #step(): TemplateResult {
    const view = this.#view.value;
    switch (view.step) {
      case "idle":
        return this.#doors();
      case "working":
        return html`<p role="status">${view.what === "read" ? "Reading …" : "Storing …"}</p>`;
      case "refused":
        return html`<div class="note bad" role="alert">
            <h3><bdi>${view.name}</bdi> was not read</h3>
            <p>${fileProblemWords(view.problem)}</p>
            <p>Nothing was changed.</p>
          </div>
          ${this.#doors()}`;
      case "failed": {
        const { what, advice } = vaultProblemWords(view.problem);
        return html`<div class="note bad" role="alert"><h3>${what}</h3><p>${advice}</p></div>
          ${this.#doors()}`;
      }
      case "preview":
        return this.#preview(view);
    }
  }

  #doors(): TemplateResult {
    return html`<p>
        ${Object.values(FORMAT_WORDS).join(", ")}. The format is recognised. What comes in is unproven until a connection
        proves it, and never takes the place of a bond that is here.
      </p>
      <file-drop
        label="Choose files"
        folder="Choose a folder"
        @files=${(event: CustomEvent<GivenFiles>) => void this.#given(event.detail)}
        >or drop files, a folder, a .zip or a .tar here.</file-drop
      >`;
  }

  #preview(view: Preview): TemplateResult {
    const { found, entries, chosen, name } = view;
    const count = chosen.size;
    return html`<h3><bdi>${name}</bdi></h3>
      <p class="quiet">${FORMAT_WORDS[found.format]}. ${summary(view)}</p>
      ${view.findings.length === 0 ? nothing : html`<div class="note warn">${view.findings.slice(0, 20).map((finding) => html`<p>${remarkWords(finding)}</p>`)}</div>`}
      ${
        found.rejected.length === 0
          ? nothing
          : html`<div class="note bad">
              <p>
                Left out, because no key of them can be used:
                ${found.rejected.slice(0, 20).map(({ name: called, peer }) => html`<code>${peer.address}</code> ${deviceName(called ?? "")} `)}
              </p>
            </div>`
      }
      <ul class="entries" tabindex="0" aria-label="Bonds in the files">
        ${entries.slice(0, LISTED).map((entry, index) => this.#entry(entry, index, chosen.has(index)))}
      </ul>
      ${entries.length > LISTED ? html`<p class="quiet">and ${entries.length - LISTED} more</p>` : nothing}
      ${this.#target(view)}
      <p class="row">
        <button class="primary" ?disabled=${count === 0} @click=${() => void this.state.store()}>
          Import ${count === 1 ? "1 bond" : `${count} bonds`}
        </button>
        <button @click=${() => this.state.chooseAll(count === 0)}>${count === 0 ? "Choose all" : "Choose none"}</button>
        <button @click=${() => this.state.close()}>Cancel</button>
      </p>`;
  }

  #entry(entry: ImportEntry, index: number, chosen: boolean): TemplateResult {
    const { bond, state, findings } = entry;
    return html`<li>
      <label>
        <input
          type="checkbox"
          .checked=${chosen}
          ?disabled=${state === "same"}
          @change=${(event: Event) => this.#choose(event, index)}
        />
        <span><b>${deviceName(bond.name ?? "")}</b> <code>${bond.peer.address}</code><br /><span class="small quiet">${ENTRY_WORDS[state]}</span></span>
      </label>
      ${findings.length === 0 ? nothing : html`<ul class="small">${findings.map((finding) => html`<li>${remarkWords(finding)}</li>`)}</ul>`}
    </li>`;
  }

  #target({ adapters, target }: Preview): TemplateResult {
    return html`<div class="field">
      <label for="target">They become bonds of</label>
      <select id="target" @change=${(event: Event) => this.#assign(event)}>
        <option value="aside" ?selected=${target === "aside"}>no adapter yet: set aside</option>
        ${adapters.map(({ id, label }) => html`<option value=${id} ?selected=${target === id}>${label === "" ? "adapter without a name" : label}</option>`)}
      </select>
      <p class="hint">A device knows the adapter it was paired with by its address: with another one its bond does not work.</p>
    </div>`;
  }

  #assign({ target }: Event): void {
    if (target instanceof HTMLSelectElement) this.state.assign(target.value);
  }

  #choose({ target }: Event, index: number): void {
    if (target instanceof HTMLInputElement) this.state.choose(index, target.checked);
  }

  async #given(given: GivenFiles): Promise<void> {
    const files = given.items === null ? pickedFiles(given.files) : await droppedFiles(given.items);
    if (files.length > 0) await this.state.read(files);
  }
}

const ENTRY_WORDS: Readonly<Record<ImportEntry["state"], string>> = {
  new: "new here",
  same: "we have all its keys: nothing to do",
  differs: "known here with other keys: comes beside them, and they stay in use",
};

const remarkWords = ({ says, detail, where }: Remark): string =>
  `${says}${detail === "" ? "" : ` (${detail})`}${where === "" ? "" : `: ${where}`}`;

function summary({ entries }: Preview): string {
  const count = (state: ImportEntry["state"]) => entries.filter((entry) => entry.state === state).length;
  return `${count("new")} new, ${count("differs")} with other keys than here, ${count("same")} the same.`;
}

customElements.define("key-import-panel", KeyImportPanel);
declare global {
  interface HTMLElementTagNameMap {
    "key-import-panel": KeyImportPanel;
  }
}
