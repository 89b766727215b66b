import { LitElement, type TemplateResult, css, html } from "lit";
import {
  entryName,
  type ImportChoice,
  type ReadEntry,
  type RejectedEntry,
  type Transfer,
  type TransferView,
} from "../state/transfer.ts";
import { exactTime } from "./age.ts";
import { base } from "./base.css.ts";
import { controls } from "./controls.css.ts";
import { deviceName } from "./device-name.ts";
import { CHOICE_WORDS, FIELD_WORDS, NEW_CHOICE_WORDS } from "./import-words.ts";
import { surfaces } from "./surfaces.css.ts";

type Preview = Extract<TransferView, { readonly step: "preview" }>;
type Entry = ReadEntry | RejectedEntry;

/** More are not listed one by one; the choice for all of a kind counts for them too. */
const LISTED = 200;

/** What a file holds, and what would become of each record. Nothing is stored yet. */
export class ImportPreviewPanel extends LitElement {
  static override properties = { state: { attribute: false }, view: { attribute: false } };
  static override styles = [
    base,
    controls,
    surfaces,
    css`
      :host {
        display: grid;
        gap: var(--space-4);
      }
      ul {
        display: grid;
        max-height: 28rem;
        padding: 0;
        overflow-y: auto;
        border: 1px solid var(--line);
        border-radius: var(--radius);
        list-style: none;
      }
      li {
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(10rem, 18rem);
        align-items: center;
        gap: var(--space-2) var(--space-4);
        padding: var(--space-3) var(--space-4);
      }
      li + li {
        border-top: 1px solid var(--line);
      }
      @media (max-width: 44rem) {
        li {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  declare state: Transfer;
  declare view: Preview;

  protected override render(): TemplateResult {
    const { file, preview, choices } = this.view;
    const chosen = [...choices.values()].filter((choice) => choice !== "skip").length;
    const { entries } = preview;
    return html`<div>
        <h3><bdi>${file}</bdi></h3>
        <p class="quiet">
          Written ${exactTime(preview.exportedAt)} by Bondkeeper <bdi>${preview.appVersion}</bdi>. ${summary(entries)}
        </p>
      </div>
      ${
        preview.unknown.length === 0
          ? ""
          : html`<div class="note warn"><p>Fields that this version does not know are left out: ${preview.unknown.join(", ")}</p></div>`
      }
      <ul tabindex="0" aria-label="Records in the file">
        ${entries.slice(0, LISTED).map((entry) => this.#line(entry))}
      </ul>
      ${entries.length > LISTED ? html`<p class="quiet">and ${entries.length - LISTED} more</p>` : ""}
      <p class="row">
        <button class="primary" ?disabled=${chosen === 0} @click=${() => void this.state.store()}>
          Import ${chosen === 1 ? "1 record" : `${chosen} records`}
        </button>
        ${
          entries.some(({ state }) => state === "differs")
            ? html`<button @click=${() => this.state.chooseAll("differs", "merge")}>Merge all that differ</button>`
            : ""
        }
        <button @click=${() => this.state.close()}>Cancel</button>
      </p>`;
  }

  #line(entry: Entry): TemplateResult {
    if (entry.state === "rejected") {
      return html`<li>
        <span
          ><b>${deviceName(entry.name ?? "")}</b><br /><span class="small">Damaged at <code>${entry.path}</code>: ${entry.reason}</span></span
        >
        <span class="quiet">✕ Cannot be imported</span>
      </li>`;
    }
    const name = entryName(entry.record);
    return html`<li>
      <span><b>${deviceName(name)}</b><br /><span class="small quiet">${stateWords(entry)}</span></span>
      ${entry.state === "same" ? html`<span class="quiet">Nothing to do</span>` : this.#choice(entry, name)}
    </li>`;
  }

  #choice(entry: ReadEntry, name: string): TemplateResult {
    const words: Readonly<Partial<Record<ImportChoice, string>>> =
      entry.state === "new" ? NEW_CHOICE_WORDS : CHOICE_WORDS;
    const now = this.view.choices.get(entry.index);
    return html`<select
      aria-label="What to do with ${name === "" ? "the device without a name" : name}"
      @change=${(event: Event) => this.#choose(event, entry.index)}
    >
      ${Object.entries(words).map(([choice, label]) => html`<option value=${choice} ?selected=${choice === now}>${label}</option>`)}
    </select>`;
  }

  #choose(event: Event, index: number): void {
    const { target } = event;
    if (!(target instanceof HTMLSelectElement)) return;
    const { value } = target;
    if (value === "merge" || value === "replace" || value === "skip") this.state.choose(index, value);
  }
}

function summary(entries: readonly Entry[]): string {
  const count = (state: Entry["state"]) => entries.filter((entry) => entry.state === state).length;
  const parts = [
    [count("new"), "new"],
    [count("differs"), "different from yours"],
    [count("same"), "the same"],
    [count("rejected"), "damaged"],
  ] as const;
  const shown = parts.filter(([number]) => number > 0).map(([number, words]) => `${number} ${words}`);
  return shown.length === 0 ? "It holds no records." : `${shown.join(", ")}.`;
}

function stateWords({ state, record, differences }: ReadEntry): string {
  if (state === "new") return record.archived === null ? "New here" : "New here, archived over there";
  if (state === "same") return "As it is here";
  return `Differs in ${differences.map((field) => FIELD_WORDS[field]).join(", ")}`;
}

customElements.define("import-preview", ImportPreviewPanel);
declare global {
  interface HTMLElementTagNameMap {
    "import-preview": ImportPreviewPanel;
  }
}
