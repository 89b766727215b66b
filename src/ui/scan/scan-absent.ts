import { LitElement, type TemplateResult, html } from "lit";
import { hrefOf } from "../../state/router.ts";
import { base } from "../base.css.ts";
import { controls } from "../controls.css.ts";

/** Where the radio is the system's: what is in the air cannot be heard by a page. */
export class ScanAbsent extends LitElement {
  static override styles = [base, controls];

  protected override render(): TemplateResult {
    return html`<div class="stack">
      <h1 tabindex="-1">Scan</h1>
      <p>
        With this computer’s own Bluetooth only the browser’s list of devices shows who is there. With a dongle of your own,
        or with the simulator, everything in the air can be heard here.
      </p>
      <a class="button primary" href=${hrefOf({ screen: "add" })}>Add a device from the browser’s list</a>
    </div>`;
  }
}

customElements.define("scan-absent", ScanAbsent);
declare global {
  interface HTMLElementTagNameMap {
    "scan-absent": ScanAbsent;
  }
}
