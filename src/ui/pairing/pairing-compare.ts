import { type TemplateResult, html } from "lit";
import { base } from "../base.css.ts";
import { controls } from "../controls.css.ts";
import { pairingStyles } from "./pairing.css.ts";
import { PairingElement, sixDigits } from "./pairing-element.ts";
import { questionWords } from "./words.ts";

/** Six digits to compare. There is no field: what is compared is never typed. */
export class PairingCompare extends PairingElement {
  static override styles = [base, controls, pairingStyles];

  protected override render(): TemplateResult {
    const { ask } = this.request;
    const { yes, no } = questionWords(this.request);
    return html`${this.question()} ${ask.kind === "compare" ? sixDigits(ask.digits) : ""}
      <div class="answers">
        <button @click=${() => this.answer({ accept: false })}>${no}</button>
        <button @click=${() => this.answer({ accept: true })}>${yes}</button>
      </div>`;
  }
}

customElements.define("pairing-compare", PairingCompare);
declare global {
  interface HTMLElementTagNameMap {
    "pairing-compare": PairingCompare;
  }
}
