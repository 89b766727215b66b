import { type TemplateResult, css, html, nothing } from "lit";
import { base } from "../base.css.ts";
import { controls } from "../controls.css.ts";
import { pairingStyles } from "./pairing.css.ts";
import { PairingElement } from "./pairing-element.ts";
import { questionWords } from "./words.ts";

/** The field for the device's digits: hidden until they are wanted to be seen, never kept, never in an attribute. */
export class PairingEnter extends PairingElement {
  static override properties = {
    ...PairingElement.properties,
    shown: { state: true },
    wrong: { state: true },
  };
  static override styles = [
    base,
    controls,
    pairingStyles,
    css`
      form {
        display: grid;
        gap: var(--space-4);
      }
      .code {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: var(--space-3);
      }
      .code input {
        font: 700 1.75rem / 1.2 var(--font-code);
        letter-spacing: 0.3em;
      }
      .code input.hidden-digits {
        -webkit-text-security: disc;
      }
    `,
  ];

  declare shown: boolean;
  declare wrong: boolean;
  #length = 0;

  constructor() {
    super();
    this.shown = false;
    this.wrong = false;
  }

  protected override render(): TemplateResult {
    const { yes, no } = questionWords(this.request);
    return html`${this.question()}
      <form @submit=${(event: SubmitEvent) => this.#submit(event)}>
        <div class="field">
          <label for="code">The six digits</label>
          <div class="code">
            <input
              id="code"
              class=${this.shown ? "" : "hidden-digits"}
              inputmode="numeric"
              autocomplete="off"
              autocorrect="off"
              spellcheck="false"
              maxlength="6"
              aria-describedby=${this.wrong ? "wrong" : nothing}
              aria-invalid=${this.wrong ? "true" : "false"}
              @input=${() => this.#typed()}
            />
            <button type="button" aria-pressed=${this.shown ? "true" : "false"} @click=${() => this.#toggle()}>Show</button>
          </div>
          ${this.wrong ? html`<p class="error" id="wrong" role="alert">Six digits are needed, and nothing else.</p>` : nothing}
        </div>
        <div class="answers">
          <button type="button" @click=${() => this.answer({ accept: false })}>${no}</button>
          <button type="submit" class="primary">${yes}</button>
        </div>
      </form>`;
  }

  protected override firstUpdated(): void {
    this.manager.pressed(this.request.id, "EntryStarted");
  }

  /** What was typed goes with the element. */
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    const field = this.#field;
    if (field !== null) field.value = "";
  }

  get #field(): HTMLInputElement | null {
    return this.renderRoot.querySelector<HTMLInputElement>("#code");
  }

  #toggle(): void {
    this.shown = !this.shown;
    this.#field?.focus();
  }

  /** The device may want to know how many digits stand here; which ones it does not learn. */
  #typed(): void {
    const field = this.#field;
    if (field === null) return;
    const digits = field.value.replaceAll(/[^0-9]/g, "");
    if (digits !== field.value) field.value = digits;
    this.wrong = false;
    const change = digits.length - this.#length;
    this.#length = digits.length;
    if (digits === "" && change < 0) this.manager.pressed(this.request.id, "Cleared");
    else
      for (let i = 0; i < Math.abs(change); i++)
        this.manager.pressed(this.request.id, change > 0 ? "DigitEntered" : "DigitErased");
  }

  #submit(event: SubmitEvent): void {
    event.preventDefault();
    const field = this.#field;
    if (field === null) return;
    const passkey = field.value;
    if (/^[0-9]{6}$/.test(passkey)) this.manager.pressed(this.request.id, "EntryCompleted");
    const outcome = this.answer(passkey === "" ? { accept: true } : { accept: true, passkey });
    this.wrong = outcome === "passkey-missing" || outcome === "passkey-malformed";
    if (this.wrong) field.focus();
  }
}

customElements.define("pairing-enter", PairingEnter);
declare global {
  interface HTMLElementTagNameMap {
    "pairing-enter": PairingEnter;
  }
}
