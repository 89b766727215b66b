import { type TemplateResult, html } from "lit";
import { base } from "../base.css.ts";
import { controls } from "../controls.css.ts";
import { pairingStyles } from "./pairing.css.ts";
import { PairingElement } from "./pairing-element.ts";
import { questionWords } from "./words.ts";

/** A yes or a no: the device asks, nothing is checked, the pairing is of the old kind, or a bond would be replaced. */
export class PairingChoice extends PairingElement {
  static override styles = [base, controls, pairingStyles];

  protected override render(): TemplateResult {
    const { yes, no, tone } = questionWords(this.request);
    return html`${this.question()}
      <div class="answers">
        <button @click=${() => this.answer({ accept: false })}>${no}</button>
        <button class=${tone === "warn" ? "danger" : "primary"} @click=${() => this.answer({ accept: true })}>
          ${yes}
        </button>
      </div>`;
  }
}

customElements.define("pairing-choice", PairingChoice);
declare global {
  interface HTMLElementTagNameMap {
    "pairing-choice": PairingChoice;
  }
}
