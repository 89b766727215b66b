import { LitElement, type TemplateResult, css, html } from "lit";
import { base } from "../base.css.ts";
import { controls } from "../controls.css.ts";

const BUTTONS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "erase", "0"];

/** The buttons of a device that is made of code. Fires `press` with a digit or "erase". */
export class SimulatedKeypad extends LitElement {
  static override properties = { name: {} };
  static override styles = [
    base,
    controls,
    css`
      section {
        display: grid;
        gap: var(--space-2);
        padding: var(--space-2) var(--space-4) var(--space-4);
        border: 2px dashed var(--line-strong);
        border-radius: var(--radius);
      }
      div {
        display: grid;
        grid-template-columns: repeat(3, minmax(var(--touch), 5rem));
        gap: var(--space-2);
      }
      button {
        padding-inline: 0;
        font-family: var(--font-code);
      }
    `,
  ];

  /** Of the device. */
  declare name: string;

  constructor() {
    super();
    this.name = "";
  }

  protected override render(): TemplateResult {
    return html`<section aria-label="Buttons of ${this.name}">
      <p>Simulation: the buttons of <b>${this.name}</b></p>
      <div>${BUTTONS.map((button) => this.#button(button))}</div>
    </section>`;
  }

  #button(button: string): TemplateResult {
    const press = (): boolean => this.dispatchEvent(new CustomEvent("press", { detail: button }));
    return html`<button type="button" aria-label=${button === "erase" ? "Erase the last digit" : button} @click=${press}>${button === "erase" ? "⌫" : button}</button>`;
  }
}

customElements.define("simulated-keypad", SimulatedKeypad);
declare global {
  interface HTMLElementTagNameMap {
    "simulated-keypad": SimulatedKeypad;
  }
}
