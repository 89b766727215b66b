import { LitElement, type TemplateResult, css, html, nothing } from "lit";
import { RATES, rateIn, type SerialDesk, USUAL_RATES } from "../../state/adapter/serial.ts";
import { base } from "../base.css.ts";
import { controls } from "../controls.css.ts";
import { surfaces } from "../surfaces.css.ts";
import { Watch } from "../watch.ts";

/** How the port is spoken to: its rate, and who holds whom back. */
export class AdapterSerial extends LitElement {
  static override properties = { desk: { attribute: false }, problem: { state: true } };
  static override styles = [
    base,
    controls,
    surfaces,
    css`
      section,
      form {
        justify-items: start;
      }
      form {
        display: grid;
        gap: var(--space-4);
        width: 100%;
      }
      .field input {
        max-width: 14rem;
      }
      .check {
        display: flex;
        align-items: center;
        gap: var(--space-3);
        min-height: var(--touch);
      }
    `,
  ];

  declare desk: SerialDesk;
  declare problem: boolean;
  readonly #view = Watch.whole(this, () => this.desk.view);

  constructor() {
    super();
    this.problem = false;
  }

  protected override render(): TemplateResult | typeof nothing {
    const { port, settings } = this.#view.value;
    if (port === null) return nothing;
    return html`<section class="card" aria-labelledby="title">
      <h2 id="title">How the port is spoken to</h2>
      <p>
        The firmware of the board says how. Kept for ${port === "other" ? "ports like this one" : html`boards that call themselves <code>${port}</code>`}.
      </p>
      <form novalidate @submit=${(event: SubmitEvent) => void this.#use(event)}>
        <div class="field">
          <label for="rate">Baud rate</label>
          <input
            id="rate"
            inputmode="numeric"
            autocomplete="off"
            list="rates"
            aria-invalid=${this.problem}
            aria-describedby=${this.problem ? "rate-error" : "rate-hint"}
            .value=${String(settings.baudRate)}
          />
          <datalist id="rates">${USUAL_RATES.map((rate) => html`<option value=${rate}></option>`)}</datalist>
          ${
            this.problem
              ? html`<p class="error" id="rate-error">A whole number from ${RATES.least} to ${RATES.most}.</p>`
              : html`<p class="hint" id="rate-hint">Bits per second. A board with USB of its own takes any.</p>`
          }
        </div>
        <label class="check">
          <input id="flow" type="checkbox" .checked=${settings.flowControl === "hardware"} />
          <span>Hardware flow control (RTS and CTS)</span>
        </label>
        <button type="submit">Open it with these</button>
      </form>
    </section>`;
  }

  async #use(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const input = this.renderRoot.querySelector<HTMLInputElement>("#rate");
    const flow = this.renderRoot.querySelector<HTMLInputElement>("#flow");
    const baudRate = rateIn(input?.value ?? "");
    this.problem = baudRate === null;
    if (baudRate === null) input?.focus();
    else await this.desk.use({ baudRate, flowControl: flow?.checked === true ? "hardware" : "none" });
  }
}

customElements.define("adapter-serial", AdapterSerial);
declare global {
  interface HTMLElementTagNameMap {
    "adapter-serial": AdapterSerial;
  }
}
