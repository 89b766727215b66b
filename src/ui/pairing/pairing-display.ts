import { type TemplateResult, css, html } from "lit";
import { base } from "../base.css.ts";
import { controls } from "../controls.css.ts";
import { pairingStyles } from "./pairing.css.ts";
import { PairingElement, sixDigits } from "./pairing-element.ts";
import { questionWords } from "./words.ts";

const PLACES = [0, 1, 2, 3, 4, 5];

/** Six digits to be typed into the other device, and how far the person there is. */
export class PairingDisplay extends PairingElement {
  static override styles = [
    base,
    controls,
    pairingStyles,
    css`
      .typed {
        display: flex;
        align-items: center;
        justify-content: center;
        gap: var(--space-2);
        min-height: 1.75rem;
      }
      .typed i {
        width: 0.9rem;
        height: 0.9rem;
        border: 2px solid var(--line-strong);
        border-radius: 50%;
      }
      .typed i.there {
        border-color: var(--accent);
        background: var(--accent);
      }
      @media (forced-colors: active) {
        .typed i.there {
          background: Highlight;
          forced-color-adjust: none;
        }
      }
    `,
  ];

  protected override render(): TemplateResult {
    const { ask, terms } = this.request;
    const { no } = questionWords(this.request);
    const typed = ask.kind === "display" ? ask.typed : null;
    return html`${this.question()} ${ask.kind === "display" ? sixDigits(ask.digits) : ""}
      <p class="typed" role="status">
        ${
          typed === null
            ? terms?.keypress === true
              ? "Waiting for the first digit on the device …"
              : "Waiting for the device. It says nothing until all six digits are there."
            : html`${PLACES.map((place) => html`<i class=${place < typed ? "there" : ""} aria-hidden="true"></i>`)}
                <span>${typed} of 6 typed</span>`
        }
      </p>
      <div class="answers">
        <button @click=${() => this.answer({ accept: false })}>${no}</button>
      </div>`;
  }
}

customElements.define("pairing-display", PairingDisplay);
declare global {
  interface HTMLElementTagNameMap {
    "pairing-display": PairingDisplay;
  }
}
