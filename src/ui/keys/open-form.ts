import { LitElement, type TemplateResult, css, html } from "lit";
import type { LockKind } from "../../storage/vault/ports.ts";
import type { Credential } from "../../storage/vault/wraps.ts";
import { base } from "../base.css.ts";
import { controls } from "../controls.css.ts";

/** Asks for what opens the vault now. Fires `chosen` with it. */
export class OpenForm extends LitElement {
  static override properties = {
    by: { attribute: false },
    busy: { type: Boolean },
    words: {},
  };
  static override styles = [
    base,
    controls,
    css`
      form,
      .stack {
        display: grid;
        gap: var(--space-3);
        justify-items: start;
      }
      .field {
        max-width: 26rem;
      }
    `,
  ];

  declare by: readonly LockKind[];
  declare busy: boolean;
  /** What happens then: "Unlock". */
  declare words: string;

  constructor() {
    super();
    this.by = [];
    this.busy = false;
    this.words = "Unlock";
  }

  protected override render(): TemplateResult {
    const { by } = this;
    const bare = by.includes("device") || by.includes("file");
    return html`<div class="stack">
      ${by.includes("passphrase") ? this.#passphrase() : ""}
      ${by.includes("prf") ? this.#button({ kind: "prf" }, `${this.words} with the passkey or security key`) : ""}
      ${bare ? this.#button({ kind: by.includes("device") ? "device" : "file" }, this.words) : ""}
    </div>`;
  }

  #passphrase(): TemplateResult {
    return html`<form @submit=${(event: SubmitEvent) => this.#submit(event)}>
      <div class="field">
        <label for="passphrase">Passphrase of the vault</label>
        <input id="passphrase" type="password" autocomplete="current-password" required />
      </div>
      <button class="primary" type="submit" ?disabled=${this.busy}>${this.busy ? "Please wait …" : this.words}</button>
    </form>`;
  }

  #button(credential: Credential, words: string): TemplateResult {
    return html`<button class="primary" ?disabled=${this.busy} @click=${() => this.#choose(credential)}>${words}</button>`;
  }

  #submit(event: SubmitEvent): void {
    event.preventDefault();
    const input = this.renderRoot.querySelector<HTMLInputElement>("#passphrase");
    if (input === null) return;
    this.#choose({ kind: "passphrase", passphrase: input.value });
    input.value = "";
  }

  #choose(credential: Credential): void {
    this.dispatchEvent(new CustomEvent<Credential>("chosen", { detail: credential }));
  }
}

customElements.define("open-form", OpenForm);
declare global {
  interface HTMLElementTagNameMap {
    "open-form": OpenForm;
  }
}
