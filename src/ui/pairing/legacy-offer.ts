import { LitElement, type TemplateResult, html } from "lit";
import type { App } from "../../state/app.ts";
import { setLegacyAllowed } from "../../state/device-edit.ts";
import type { Procedure } from "../../state/procedure.ts";
import { base } from "../base.css.ts";
import type { ConfirmDialog } from "../confirm-dialog.ts";
import { controls } from "../controls.css.ts";
import { surfaces } from "../surfaces.css.ts";
import { LEGACY_WARNING } from "./legacy-warning.ts";
import "../confirm-dialog.ts";

/** Under a result that ended because the device knows only the old kind of pairing: a way on, behind its warning. */
export class LegacyOffer extends LitElement {
  static override properties = {
    app: { attribute: false },
    procedure: { attribute: false },
    bondId: {},
  };
  static override styles = [base, controls, surfaces];

  declare app: App;
  declare procedure: Procedure;
  declare bondId: string;

  protected override render(): TemplateResult {
    return html`<div class="note warn">
        <h3>It knows only the old kind of pairing</h3>
        <p>Whoever listens to such a pairing can find its keys. If you must use this device all the same, you can allow it.</p>
        <p class="row"><button class="danger" @click=${() => void this.#allow()}>Allow it for this device …</button></p>
      </div>
      <confirm-dialog></confirm-dialog>`;
  }

  async #allow(): Promise<void> {
    const dialog: ConfirmDialog | null = this.renderRoot.querySelector("confirm-dialog");
    if ((await dialog?.ask(LEGACY_WARNING)) !== true) return;
    const failure = await setLegacyAllowed(this.app.ports, this.bondId, true);
    if (failure === null) await this.procedure.again();
    else this.app.notices.problem(`That did not work: the storage answered "${failure.kind}"`);
  }
}

customElements.define("legacy-offer", LegacyOffer);
declare global {
  interface HTMLElementTagNameMap {
    "legacy-offer": LegacyOffer;
  }
}
