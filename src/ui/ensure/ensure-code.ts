import { LitElement, type PropertyValues, type TemplateResult, css, html } from "lit";
import type { FixedCodes } from "../../state/ensure/codes.ts";
import { base } from "../base.css.ts";
import { controls } from "../controls.css.ts";

/** The fixed code of one device, kept in the vault if the person wants that. It is never shown again. */
export class EnsureCode extends LitElement {
  static override properties = {
    codes: { attribute: false },
    bondId: { attribute: false },
    kept: { state: true },
    problem: { state: true },
  };
  static override styles = [
    base,
    controls,
    css`
      summary {
        color: var(--accent);
        font-weight: 600;
      }
      details > * + * {
        margin-top: var(--space-3);
      }
    `,
  ];

  declare codes: FixedCodes;
  declare bondId: string;
  declare kept: boolean;
  declare problem: string;

  constructor() {
    super();
    this.kept = false;
    this.problem = "";
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("bondId")) void this.#look();
  }

  protected override render(): TemplateResult {
    return html`<details>
      <summary>Fixed code of this device: ${this.kept ? "kept in the vault" : "not kept"}</summary>
      ${
        this.kept
          ? html`<p>It is typed for you when this device asks for it in a pairing that you started.</p>
              <p class="row"><button type="button" @click=${() => void this.#forget()}>Forget the code</button></p>`
          : html`<form class="stack" @submit=${(event: SubmitEvent) => void this.#keep(event)}>
              <div class="field">
                <label for="code">Six digits, as printed on the device</label>
                <input
                  id="code"
                  type="password"
                  inputmode="numeric"
                  autocomplete="off"
                  maxlength="6"
                  aria-invalid=${this.problem !== ""}
                  aria-describedby="code-problem"
                />
                <p class="error" id="code-problem" ?hidden=${this.problem === ""}>${this.problem}</p>
              </div>
              <p class="row"><button type="submit">Keep in the vault</button></p>
            </form>`
      }
    </details>`;
  }

  async #look(): Promise<void> {
    this.kept = await this.codes.has(this.bondId).catch(() => false);
  }

  async #keep(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const input = this.renderRoot.querySelector("input");
    const digits = input?.value ?? "";
    if (input !== null) input.value = "";
    try {
      const done = await this.codes.keep(this.bondId, digits);
      this.problem = done ? "" : "Six digits, nothing else.";
    } catch {
      this.problem = "The vault is locked, or cannot be written. Unlock it under Keys, and try again.";
    }
    await this.#look();
  }

  async #forget(): Promise<void> {
    await this.codes.forget(this.bondId).catch(() => {});
    await this.#look();
  }
}

customElements.define("ensure-code", EnsureCode);
declare global {
  interface HTMLElementTagNameMap {
    "ensure-code": EnsureCode;
  }
}
