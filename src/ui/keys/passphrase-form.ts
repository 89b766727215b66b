import { LitElement, type TemplateResult, css, html, nothing } from "lit";
import { base } from "../base.css.ts";
import { controls } from "../controls.css.ts";

export interface PassphraseChoice {
  readonly passphrase: string;
  /** Of `buttons`. */
  readonly name: string;
}

/**
 * Asks for the passphrase of a file, twice. Fires `chosen` with it and with the button that was used; what was typed leaves
 * this element in that event only.
 */
export class PassphraseForm extends LitElement {
  static override properties = {
    label: {},
    least: { attribute: false },
    buttons: { attribute: false },
    busy: { type: Boolean },
    problem: { state: true },
  };
  static override styles = [
    base,
    controls,
    css`
      :host {
        display: block;
        width: 100%;
      }
      form {
        display: grid;
        gap: var(--space-3);
        justify-items: start;
      }
      .field {
        max-width: 26rem;
      }
    `,
  ];

  declare label: string;
  /** Characters of a passphrase. */
  declare least: number;
  /** Name and words; Enter uses the first. */
  declare buttons: readonly (readonly [string, TemplateResult | string])[];
  declare busy: boolean;
  declare problem: string | null;

  constructor() {
    super();
    this.label = "Passphrase of the file";
    this.least = 0;
    this.buttons = [];
    this.busy = false;
    this.problem = null;
  }

  protected override render(): TemplateResult {
    const { problem, buttons } = this;
    const describedBy = problem === null ? "hint" : "problem";
    return html`<form @submit=${(event: SubmitEvent) => this.#submit(event)}>
      <div class="field">
        <label for="new">${this.label}</label>
        <input id="new" type="password" autocomplete="new-password" aria-invalid=${problem !== null} aria-describedby=${describedBy} />
        <p class="hint" id="hint">At least ${this.least} characters. Without it nobody can open the file, we neither.</p>
      </div>
      <div class="field">
        <label for="again">The same again</label>
        <input id="again" type="password" autocomplete="new-password" aria-invalid=${problem !== null} aria-describedby=${describedBy} />
        ${problem === null ? nothing : html`<p class="error" id="problem" role="alert">${problem}</p>`}
      </div>
      <p class="row">
        ${buttons.map(
          ([name, words], i) =>
            html`<button class=${i === 0 ? "primary" : ""} type="submit" value=${name} ?disabled=${this.busy}>${words}</button>`,
        )}
      </p>
    </form>`;
  }

  #submit(event: SubmitEvent): void {
    event.preventDefault();
    const [passphrase, again] = [this.#input("new"), this.#input("again")];
    if (Array.from(passphrase.value.normalize("NFKC")).length < this.least)
      this.problem = `Shorter than ${this.least} characters.`;
    else if (passphrase.value !== again.value) this.problem = "The two are not the same.";
    else {
      this.problem = null;
      const used = event.submitter instanceof HTMLButtonElement ? event.submitter.value : "";
      const detail = {
        passphrase: passphrase.value,
        name: used === "" ? (this.buttons[0]?.[0] ?? "") : used,
      };
      passphrase.value = "";
      again.value = "";
      this.dispatchEvent(new CustomEvent<PassphraseChoice>("chosen", { detail }));
      return;
    }
    passphrase.focus();
  }

  #input(id: string): HTMLInputElement {
    const input = this.renderRoot.querySelector<HTMLInputElement>(`#${id}`);
    if (input === null) throw new Error(`Cannot read the form: it has no ${id}`);
    return input;
  }
}

customElements.define("passphrase-form", PassphraseForm);
declare global {
  interface HTMLElementTagNameMap {
    "passphrase-form": PassphraseForm;
  }
}
