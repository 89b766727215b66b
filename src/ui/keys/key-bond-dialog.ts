import { LitElement, type TemplateResult, html, nothing } from "lit";
import type { KeyList } from "../../state/keys/key-list.ts";
import type { BondListing } from "../../storage/keys/listing.ts";
import { exactTime } from "../age.ts";
import { base } from "../base.css.ts";
import type { ConfirmDialog } from "../confirm-dialog.ts";
import { controls } from "../controls.css.ts";
import { deviceName } from "../device-name.ts";
import { surfaces } from "../surfaces.css.ts";
import { dialogStyles } from "../dialog.css.ts";
import { keyLevel, methodWord, STATES } from "./key-words.ts";
import "../confirm-dialog.ts";

/** What is known of one bond's keys, and what a person may do about them. */
export class KeyBondDialog extends LitElement {
  static override properties = { state: { attribute: false }, bond: { state: true } };
  static override styles = [base, controls, surfaces, dialogStyles];

  declare state: KeyList;
  declare bond: BondListing | null;

  constructor() {
    super();
    this.bond = null;
  }

  async show(bond: BondListing): Promise<void> {
    this.bond = bond;
    await this.updateComplete;
    this.renderRoot.querySelector("dialog")?.showModal();
  }

  protected override render(): TemplateResult {
    const { bond } = this;
    return html`${bond === null ? nothing : this.#dialog(bond)}<confirm-dialog></confirm-dialog>`;
  }

  #dialog(bond: BondListing): TemplateResult {
    const { word, means } = STATES[bond.state];
    const claims = bond.imported !== null && !bond.imported.accepted;
    return html`<dialog aria-labelledby="title">
      <div class="stack">
        <h2 id="title">${deviceName(bond.name)}</h2>
        <p><b>${word}.</b> ${means}</p>
        <dl class="facts">
          <dt>Address</dt>
          <dd><code>${bond.peer.address}</code> (${bond.peer.type})</dd>
          <dt>Protection</dt>
          <dd>${keyLevel(bond)}</dd>
          <dt>Paired</dt>
          <dd>${methodWord(bond.method)}${bond.createdAt === null ? "" : `, ${exactTime(bond.createdAt)}`}</dd>
          <dt>Last proof</dt>
          <dd>${bond.provenAt === null ? "never" : exactTime(bond.provenAt)}</dd>
          <dt>Keys</dt>
          <dd>${bond.types.length === 0 ? "none" : bond.types.map((type) => TYPE_WORDS[type]).join(", ")}</dd>
          ${bond.alternatives === 0 ? nothing : html`<dt>Beside it</dt><dd>${bond.alternatives === 1 ? "1 other key" : `${bond.alternatives} other keys`}, kept</dd>`}
          ${bond.imported === null ? nothing : html`<dt>Imported</dt><dd><bdi>${bond.imported.from}</bdi>, ${exactTime(bond.imported.at)}</dd>`}
        </dl>
        ${claims ? this.#claims(bond) : nothing}
        <p class="row answers">
          <button class="danger" @click=${() => void this.#remove(bond)}>Delete the keys</button>
          <button autofocus @click=${() => this.#close()}>Close</button>
        </p>
      </div>
    </dialog>`;
  }

  #claims(bond: BondListing): TemplateResult {
    return html`<div class="note warn">
      <p>
        The file says how well this pairing was protected. Nobody can check that afterwards: until you believe it, the
        bond counts as not authenticated.
      </p>
      <p><button @click=${() => void this.#accept(bond)}>I believe the file</button></p>
    </div>`;
  }

  async #accept(bond: BondListing): Promise<void> {
    this.#close();
    await this.state.accept(bond);
  }

  async #remove(bond: BondListing): Promise<void> {
    this.#close();
    const dialog: ConfirmDialog | null = this.renderRoot.querySelector("confirm-dialog");
    const yes = await dialog?.ask({
      title: "Delete the keys of this bond?",
      body: html`<p>${deviceName(bond.name)}: every key of this bond is deleted from this browser. The device keeps its own half and
          may refuse to pair before it is told to forget this computer.</p>
        <p>This cannot be undone.</p>`,
      yes: "Delete the keys",
      no: "Keep",
      danger: true,
    });
    if (yes === true) await this.state.remove(bond);
  }

  #close(): void {
    this.renderRoot.querySelector("dialog")?.close();
  }
}

const TYPE_WORDS: Readonly<Record<BondListing["types"][number], string>> = {
  sc: "Secure Connections key",
  central: "key as central",
  peripheral: "key as peripheral",
  irk: "identity key of the device",
  csrkLocal: "our signing key (kept, not used)",
  csrkRemote: "signing key of the device (kept, not used)",
};

customElements.define("key-bond-dialog", KeyBondDialog);
declare global {
  interface HTMLElementTagNameMap {
    "key-bond-dialog": KeyBondDialog;
  }
}
