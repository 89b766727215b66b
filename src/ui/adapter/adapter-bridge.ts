import { LitElement, type TemplateResult, css, html, nothing } from "lit";
import type { BridgeDesk } from "../../state/bridge.ts";
import { base } from "../base.css.ts";
import { controls } from "../controls.css.ts";
import { surfaces } from "../surfaces.css.ts";
import { Watch } from "../watch.ts";
import { bridgeWords } from "./adapter-words.ts";

/** Which bridge is the adapter, whom that shows the keys to, and another one in its place. */
export class AdapterBridge extends LitElement {
  static override properties = {
    desk: { attribute: false },
    typed: { state: true },
    tried: { state: true },
  };
  static override styles = [
    base,
    controls,
    surfaces,
    css`
      section {
        justify-items: start;
      }
      form {
        display: grid;
        gap: var(--space-3);
        justify-items: start;
        width: 100%;
      }
      .note {
        width: 100%;
      }
    `,
  ];

  declare desk: BridgeDesk;
  /** Null while the field shows what is used. */
  declare typed: string | null;
  /** A refused address is called so only once it was to be used: nobody is told off while typing. */
  declare tried: boolean;
  readonly #view = Watch.whole(this, () => this.desk.view);

  constructor() {
    super();
    this.typed = null;
    this.tried = false;
  }

  protected override render(): TemplateResult {
    const { text, trust, from } = this.#view.value;
    const { what, advice } = bridgeWords(trust);
    return html`<section class="card" aria-labelledby="title">
      <h2 id="title">${what}</h2>
      <p>${advice}</p>
      ${from === "link" ? html`<p class="quiet">A link led to this bridge. It holds for this visit only, unless you use it below.</p>` : nothing}
      <form novalidate @submit=${(event: SubmitEvent) => void this.#use(event)}>${this.#field(this.typed ?? text)}
        <button type="submit">Trust this bridge, and use it</button>
      </form>
      ${this.#allowed()}
    </section>`;
  }

  #field(text: string): TemplateResult {
    const judged = this.desk.judge(text);
    const isRefused = judged.kind === "refused";
    const invalid = this.tried && isRefused;
    const { what, advice } = bridgeWords(judged);
    return html`<div class="field">
        <label for="address">Address of the bridge</label>
        <input
          id="address"
          inputmode="url"
          autocomplete="off"
          autocapitalize="off"
          spellcheck="false"
          maxlength="1000"
          aria-invalid=${invalid}
          aria-describedby=${invalid ? "address-error" : "address-hint"}
          .value=${text}
          @input=${this.#type}
        />
        ${
          invalid
            ? html`<p class="error" id="address-error">${advice}</p>`
            : html`<p class="hint" id="address-hint">As the bridge prints it when it starts: ws://127.0.0.1:9001/</p>`
        }
      </div>
      ${
        this.typed === null || isRefused
          ? nothing
          : html`<div class="note ${judged.kind === "this-machine" ? "" : "warn"}" role="status">
              <p>${what}. ${advice}</p>
            </div>`
      }`;
  }

  #allowed(): TemplateResult {
    const { allowed } = this.desk;
    return html`<p class="quiet small">
      Bridges on this machine and where this page came from can be used.
      ${
        allowed.length === 0
          ? "Whoever built this page allowed no others."
          : html`Whoever built this page allowed these, too: ${allowed.map((origin, i) => html`${i === 0 ? "" : ", "}<code>${origin}</code>`)}.`
      }
    </p>`;
  }

  readonly #type = (event: Event): void => {
    if (event.target instanceof HTMLInputElement) this.typed = event.target.value;
    this.tried = false;
  };

  async #use(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const text = this.typed ?? this.#view.value.text;
    this.tried = true;
    if (this.desk.judge(text).kind === "refused") {
      this.renderRoot.querySelector<HTMLElement>("#address")?.focus();
      return;
    }
    const using = this.desk.use(text);
    this.typed = null;
    this.tried = false;
    await using;
  }
}

customElements.define("adapter-bridge", AdapterBridge);
declare global {
  interface HTMLElementTagNameMap {
    "adapter-bridge": AdapterBridge;
  }
}
