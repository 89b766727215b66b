import { LitElement, type TemplateResult, html, nothing } from "lit";
import type { VaultScreen } from "../../state/keys/vault.ts";
import { base } from "../base.css.ts";
import type { ConfirmDialog } from "../confirm-dialog.ts";
import { controls } from "../controls.css.ts";
import { deviceName } from "../device-name.ts";
import { surfaces } from "../surfaces.css.ts";
import { Watch } from "../watch.ts";
import { vaultProblemWords } from "./vault-words.ts";
import "../confirm-dialog.ts";

/** What a person types to lose everything: long enough that nobody does it by chance. */
const WORDS = "erase everything";

/** The ways out that lose keys: for a forgotten passphrase, and for a machine that leaves. */
export class VaultErase extends LitElement {
  static override properties = { state: { attribute: false }, typed: { state: true } };
  static override styles = [base, controls, surfaces];

  declare state: VaultScreen;
  declare typed: string;
  readonly #view = Watch.whole(this, () => this.state.view);
  readonly #act = Watch.whole(this, () => this.state.act);
  readonly #repair = Watch.whole(this, () => this.state.repair);

  constructor() {
    super();
    this.typed = "";
  }

  protected override render(): TemplateResult {
    return html`${this.#repairList()}
      <details>
        <summary>Ways out: a forgotten passphrase, a machine that leaves</summary>
        <div class="stack">
          ${this.#failure()}
          ${
            this.#view.value.kind === "absent"
              ? nothing
              : html`<h3>Forgotten passphrase, lost security key</h3>
                <p>
                  Nobody can open the vault then, we neither. You can erase it: all keys and our own identities go, names
                  and dates stay, and you get the list of devices to pair again.
                </p>
                <button class="danger" @click=${() => void this.#eraseVault()}>Erase all keys …</button>`
          }
          <h3>This machine leaves</h3>
          <p>
            Everything that Bondkeeper stored in this browser is deleted: keys, bonds, names, history and settings. Traces
            may stay on the disk for a while.
          </p>
          <form class="stack" @submit=${(event: SubmitEvent) => void this.#eraseEverything(event)}>
            <div class="field">
              <label for="words">Type “${WORDS}”</label>
              <input
                id="words"
                autocomplete="off"
                spellcheck="false"
                .value=${this.typed}
                @input=${(event: Event) => this.#type(event)}
              />
            </div>
            <button class="danger" type="submit" ?disabled=${this.typed.trim().toLowerCase() !== WORDS}>Erase everything</button>
          </form>
        </div>
      </details>
      <confirm-dialog></confirm-dialog>`;
  }

  #repairList(): TemplateResult | typeof nothing {
    const bonds = this.#repair.value;
    if (bonds.length === 0) return nothing;
    return html`<div class="note warn">
      <h3>To be paired again</h3>
      <p>The keys of these devices were erased. Let each forget this computer, then pair it again.</p>
      <p>${bonds.slice(0, 50).map(({ name, peer }, i) => html`${i > 0 ? ", " : ""}${deviceName(name)} <code>${peer.address}</code>`)}${bonds.length > 50 ? ` and ${bonds.length - 50} more` : ""}</p>
    </div>`;
  }

  #failure(): TemplateResult | typeof nothing {
    const { value } = this.#act;
    if (value.kind !== "failed" || (value.act !== "erase-vault" && value.act !== "erase-everything"))
      return nothing;
    const { what, advice } = vaultProblemWords(value.problem);
    return html`<div class="note bad" role="alert"><h3>${what}</h3><p>${advice}</p></div>`;
  }

  #type({ target }: Event): void {
    if (target instanceof HTMLInputElement) this.typed = target.value;
  }

  async #eraseVault(): Promise<void> {
    const dialog: ConfirmDialog | null = this.renderRoot.querySelector("confirm-dialog");
    const yes = await dialog?.ask({
      title: "Erase all keys?",
      body: html`<p>Every bond over a dongle ends, and our own identities go. Devices have to be paired again, one by one.</p>
        <p>This cannot be undone. A backup, if there is one, brings them back.</p>`,
      yes: "Erase all keys",
      no: "Keep them",
      danger: true,
    });
    if (yes === true) await this.state.eraseVault();
  }

  async #eraseEverything(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (this.typed.trim().toLowerCase() !== WORDS) return;
    this.typed = "";
    await this.state.eraseEverything();
  }
}

customElements.define("vault-erase", VaultErase);
declare global {
  interface HTMLElementTagNameMap {
    "vault-erase": VaultErase;
  }
}
