import { LitElement, type TemplateResult, css, html } from "lit";
import type { DeviceList } from "../state/device-list.ts";
import type { Quarantined } from "../storage/records.ts";
import { exactTime } from "./age.ts";
import { base } from "./base.css.ts";
import { controls } from "./controls.css.ts";
import { surfaces } from "./surfaces.css.ts";
import type { ConfirmDialog } from "./confirm-dialog.ts";
import "./confirm-dialog.ts";

/** Records that were found damaged: kept aside, not used, and a person decides about each. */
export class DamagedRows extends LitElement {
  static override properties = { state: { attribute: false }, rows: { attribute: false } };
  static override styles = [
    base,
    controls,
    surfaces,
    css`
      li {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: var(--space-2) var(--space-4);
        padding: var(--space-2) 0;
        border-top: 1px solid var(--line);
      }
      ul {
        padding: 0;
        list-style: none;
      }
      summary {
        font-weight: 600;
      }
    `,
  ];

  declare state: DeviceList;
  declare rows: readonly Quarantined[];

  constructor() {
    super();
    this.rows = [];
  }

  protected override render(): TemplateResult {
    const { rows } = this;
    return html`<section class="note bad" aria-labelledby="title">
        <h2 id="title">${rows.length === 1 ? "1 stored record is damaged" : `${rows.length} stored records are damaged`}</h2>
        <p>They were set aside as they were found. They are not used, and nothing repairs or deletes them but you.</p>
        <p class="row">
          <button @click=${() => void this.state.saveQuarantined(rows)}>Save a copy of all</button>
        </p>
        <details>
          <summary>Which ones</summary>
          <ul>
            ${rows.map(
              (row) => html`<li>
                <span
                  ><code>${row.store} / ${row.key}</code><br /><span class="small quiet"
                    >${row.reason}, found ${exactTime(row.at)}</span
                  ></span
                >
                <span class="row">
                  <button @click=${() => void this.state.saveQuarantined([row])}>Save a copy</button>
                  <button class="danger" @click=${() => void this.#discard(row)}>Discard</button>
                </span>
              </li>`,
            )}
          </ul>
        </details>
      </section>
      <confirm-dialog></confirm-dialog>`;
  }

  async #discard(row: Quarantined): Promise<void> {
    const dialog: ConfirmDialog | null = this.renderRoot.querySelector("confirm-dialog");
    const yes = await dialog?.ask({
      title: "Discard the damaged record?",
      body: html`<p><code>${row.store} / ${row.key}</code> is deleted from this browser. Save a copy first if it may matter.</p>`,
      yes: "Discard",
      no: "Keep",
      danger: true,
    });
    if (yes === true) await this.state.discard(row.id);
  }
}

customElements.define("damaged-rows", DamagedRows);
declare global {
  interface HTMLElementTagNameMap {
    "damaged-rows": DamagedRows;
  }
}
