import { LitElement, type TemplateResult, html, nothing } from "lit";
import type { KeyExportScreen, KeyExportView } from "../../state/keys/export.ts";
import type { WrittenFormat } from "../../formats/keys/record.ts";
import type { KeyList } from "../../state/keys/key-list.ts";
import { base } from "../base.css.ts";
import type { ConfirmDialog } from "../confirm-dialog.ts";
import { controls } from "../controls.css.ts";
import { deviceName } from "../device-name.ts";
import { icon } from "../icons.ts";
import { surfaces } from "../surfaces.css.ts";
import { Watch } from "../watch.ts";
import { FORMAT_WORDS, LOST_WORDS, UNFIT_WORDS } from "./key-words.ts";
import { vaultProblemWords } from "./vault-words.ts";
import "../confirm-dialog.ts";

const WRITTEN: readonly WrittenFormat[] = ["habluetooth", "bluez", "bumble", "aioble"];

/** Keys as files of another program, behind a question: the file opens every bond in it. */
export class KeyExportPanel extends LitElement {
  static override properties = { state: { attribute: false }, list: { attribute: false } };
  static override styles = [base, controls, surfaces];

  declare state: KeyExportScreen;
  declare list: KeyList;
  readonly #view = Watch.whole(this, () => this.state.view);
  readonly #bonds = Watch.whole(this, () => this.list.view);

  protected override render(): TemplateResult {
    const view = this.#view.value;
    const bonds = this.#bonds.value;
    const adapters = bonds.kind === "ready" ? bonds.adapters : [];
    return html`<section class="card" aria-labelledby="title">
      <h2 id="title">Give keys to another program</h2>
      <div class="field">
        <label for="format">For</label>
        <select id="format">
          ${WRITTEN.map((format) => html`<option value=${format}>${FORMAT_WORDS[format]}</option>`)}
        </select>
      </div>
      <div class="field">
        <label for="adapter">Bonds of</label>
        <select id="adapter">
          <option value="">every adapter</option>
          ${adapters.map(({ id, label }) => html`<option value=${id}>${label === "" ? "adapter without a name" : label}</option>`)}
        </select>
      </div>
      <p>
        <button ?disabled=${view.step === "working"} @click=${() => void this.#save()}>
          ${icon("download")} ${view.step === "working" ? "Writing …" : "Export keys …"}
        </button>
      </p>
      ${this.#outcome(view)}
      <confirm-dialog></confirm-dialog>
    </section>`;
  }

  #outcome(view: KeyExportView): TemplateResult | typeof nothing {
    if (view.step === "failed") {
      const { what, advice } = vaultProblemWords(view.problem);
      return html`<div class="note bad" role="alert"><h3>${what}</h3><p>${advice}</p></div>`;
    }
    if (view.step !== "done") return nothing;
    const lost = [...view.lost].map(([field, count]) => `${LOST_WORDS[field] ?? field} (${count})`);
    return html`<div class="note" role="status">
      <h3>${view.written === 1 ? "1 bond is" : `${view.written} bonds are`} in <bdi>${view.file}</bdi></h3>
      ${lost.length === 0 ? nothing : html`<p>The format has no place for: ${lost.join(", ")}.</p>`}
      ${view.skipped.slice(0, 20).map(({ bond, why }) => html`<p>Not in the file: ${deviceName(bond.name ?? "")} <code>${bond.peer.address}</code> ${UNFIT_WORDS[why]}.</p>`)}
      <p>Delete the file when the other program has it.</p>
    </div>`;
  }

  async #save(): Promise<void> {
    const value = (id: string) => this.renderRoot.querySelector<HTMLSelectElement>(`#${id}`)?.value ?? "";
    const format = WRITTEN.find((name) => name === value("format"));
    const adapter = value("adapter");
    const dialog: ConfirmDialog | null = this.renderRoot.querySelector("confirm-dialog");
    const yes = await dialog?.ask({
      title: "Write keys into a file?",
      body: html`<p>The file is not encrypted. Whoever gets it can listen to these devices and pretend to be this computer.</p>
        <p>To move bonds to another Bondkeeper, write a backup instead: it is encrypted.</p>`,
      yes: "Export the keys",
      no: "Cancel",
      danger: true,
    });
    if (yes === true && format !== undefined)
      await this.state.save({ format, adapter: adapter === "" ? null : adapter });
  }
}

customElements.define("key-export-panel", KeyExportPanel);
declare global {
  interface HTMLElementTagNameMap {
    "key-export-panel": KeyExportPanel;
  }
}
