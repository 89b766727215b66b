import { LitElement, type TemplateResult, css, html, nothing } from "lit";
import type { Credential } from "../../storage/vault/wraps.ts";
import { base } from "../base.css.ts";
import { controls } from "../controls.css.ts";
import { WAYS, WAY_ORDER, type Way } from "./vault-words.ts";

export type WayChosen = CustomEvent<Credential>;

/** Asks how the vault shall open. Fires `chosen` with the way; what was typed leaves this element in that event only. */
export class WayForm extends LitElement {
  static override properties = {
    passkeys: { type: Boolean },
    busy: { type: Boolean },
    words: {},
    least: { attribute: false },
    way: { state: true },
    problem: { state: true },
  };
  static override styles = [
    base,
    controls,
    css`
      form {
        display: grid;
        gap: var(--space-4);
        justify-items: start;
      }
      .ways {
        display: grid;
        gap: var(--space-2);
        margin-top: var(--space-2);
      }
      .way {
        display: grid;
        grid-template-columns: auto 1fr;
        gap: 0 var(--space-3);
        padding: var(--space-3) var(--space-4);
        border: 2px solid var(--line);
        border-radius: var(--radius);
        cursor: pointer;
      }
      .way:has(:checked) {
        border-color: var(--accent);
        background: var(--accent-wash);
      }
      .way strong,
      .way span {
        grid-column: 2;
      }
      .way input {
        grid-row: 1;
      }
      .field {
        max-width: 26rem;
      }
    `,
  ];

  declare passkeys: boolean;
  declare busy: boolean;
  /** Of the button. */
  declare words: string;
  /** Characters of a passphrase. */
  declare least: number;
  declare way: Way;
  declare problem: string | null;

  constructor() {
    super();
    this.passkeys = false;
    this.busy = false;
    this.words = "";
    this.least = 0;
    this.way = "device";
    this.problem = null;
  }

  protected override render(): TemplateResult {
    return html`<form @submit=${(event: SubmitEvent) => this.#submit(event)}>
      <fieldset>
        <legend>The vault opens with</legend>
        <div class="ways">
          ${WAY_ORDER.filter((way) => way !== "prf" || this.passkeys).map((way) => this.#way(way))}
        </div>
      </fieldset>
      ${this.way === "passphrase" ? this.#passphrase() : nothing}
      <button class="primary" type="submit" ?disabled=${this.busy}>${this.busy ? "Please wait …" : this.words}</button>
    </form>`;
  }

  #way(way: Way): TemplateResult {
    const { name, opens, protects, not } = WAYS[way];
    return html`<label class="way">
      <input type="radio" name="way" .checked=${this.way === way} @change=${() => this.#pick(way)} />
      <strong>${name}</strong>
      <span>${opens}</span>
      <span class="quiet small">${protects} ${not}</span>
    </label>`;
  }

  #passphrase(): TemplateResult {
    const { problem } = this;
    const describedBy = problem === null ? "hint" : "problem";
    return html`<div class="field">
        <label for="passphrase">Passphrase</label>
        <input
          id="passphrase"
          type="password"
          autocomplete="new-password"
          aria-invalid=${problem !== null}
          aria-describedby=${describedBy}
        />
        <p class="hint" id="hint">At least ${this.least} characters. Several words are best.</p>
      </div>
      <div class="field">
        <label for="again">The same again</label>
        <input id="again" type="password" autocomplete="new-password" aria-invalid=${problem !== null} aria-describedby=${describedBy} />
        ${problem === null ? nothing : html`<p class="error" id="problem" role="alert">${problem}</p>`}
      </div>`;
  }

  #pick(way: Way): void {
    this.way = way;
    this.problem = null;
  }

  #submit(event: SubmitEvent): void {
    event.preventDefault();
    const { way } = this;
    if (way !== "passphrase") {
      this.#choose({ kind: way });
      return;
    }
    const passphrase = this.#input("passphrase");
    const again = this.#input("again");
    if (Array.from(passphrase.value.normalize("NFKC")).length < this.least)
      this.problem = `Shorter than ${this.least} characters.`;
    else if (passphrase.value !== again.value) this.problem = "The two are not the same.";
    else {
      this.problem = null;
      this.#choose({ kind: "passphrase", passphrase: passphrase.value });
      passphrase.value = "";
      again.value = "";
      return;
    }
    passphrase.focus();
  }

  #input(id: string): HTMLInputElement {
    const input = this.renderRoot.querySelector<HTMLInputElement>(`#${id}`);
    if (input === null) throw new Error(`Cannot read the form: it has no ${id}`);
    return input;
  }

  #choose(credential: Credential): void {
    this.dispatchEvent(new CustomEvent<Credential>("chosen", { detail: credential }));
  }
}

customElements.define("way-form", WayForm);
declare global {
  interface HTMLElementTagNameMap {
    "way-form": WayForm;
  }
}
