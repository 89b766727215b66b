import { LitElement, type TemplateResult, html } from "lit";
import type { KeyGroup, KeyList } from "../../state/keys/key-list.ts";
import type { AdapterRow } from "../../storage/keys/rows.ts";
import { base } from "../base.css.ts";
import { controls } from "../controls.css.ts";
import { surfaces } from "../surfaces.css.ts";
import { dialogStyles } from "../dialog.css.ts";
import { groupName } from "./key-row.ts";

/** Takes our identity on one adapter, and the bonds made with it, to another. Explicit, and confirmed by this dialog. */
export class KeyMoveDialog extends LitElement {
  static override properties = { state: { attribute: false }, group: { state: true } };
  static override styles = [base, controls, surfaces, dialogStyles];

  declare state: KeyList;
  declare group: KeyGroup | null;

  constructor() {
    super();
    this.group = null;
  }

  async show(group: KeyGroup): Promise<void> {
    this.group = group;
    await this.updateComplete;
    this.renderRoot.querySelector("dialog")?.showModal();
  }

  protected override render(): TemplateResult {
    const { group } = this;
    if (group === null) return html``;
    const view = this.state.view.value;
    const others = view.kind === "ready" ? view.adapters.filter(({ id }) => id !== group.adapter) : [];
    return html`<dialog aria-labelledby="title">
      <div class="stack">
        <h2 id="title">Move to another adapter</h2>
        <p>${groupName(group)}: ${group.bonds.length === 1 ? "1 bond" : `${group.bonds.length} bonds`}.</p>
        ${this.#content(group, others)}
      </div>
    </dialog>`;
  }

  #content(group: KeyGroup, others: readonly AdapterRow[]): TemplateResult {
    const close = html`<button autofocus @click=${() => this.#close()}>Keep it here</button>`;
    if (!group.movable && group.label !== null) {
      return html`<p>
          These bonds were made with the address that is built into the adapter. Devices know that address, and no other
          adapter has it: they have to be paired again there.
        </p>
        <p class="row answers">${close}</p>`;
    }
    if (others.length === 0) {
      return html`<p>There is no other adapter to move to. Open the other dongle here once, then come back.</p>
        <p class="row answers">${close}</p>`;
    }
    return html`<p>
        ${
          group.movable
            ? "Our address and identity key move with the bonds, all or nothing. Devices will know the other adapter as us; the adapter here gets a new identity and none of these bonds."
            : "The bonds are copied to the adapter and then deleted here. They stay unproven until a connection proves them."
        }
      </p>
      <div class="field">
        <label for="to">To</label>
        <select id="to">
          ${others.map(({ id, label, accepted }) => html`<option value=${id}>${label === "" ? "Adapter" : label} (${accepted[0]?.address ?? "no address"})</option>`)}
        </select>
      </div>
      <p class="row answers">
        ${close}
        <button class="danger" @click=${() => void this.#move(group)}>Move</button>
      </p>`;
  }

  async #move(group: KeyGroup): Promise<void> {
    const to = this.renderRoot.querySelector<HTMLSelectElement>("#to")?.value;
    this.#close();
    if (to === undefined) return;
    await (group.movable ? this.state.move(group, to) : this.state.assign(group, to));
  }

  #close(): void {
    this.renderRoot.querySelector("dialog")?.close();
    this.group = null;
  }
}

customElements.define("key-move-dialog", KeyMoveDialog);
declare global {
  interface HTMLElementTagNameMap {
    "key-move-dialog": KeyMoveDialog;
  }
}
