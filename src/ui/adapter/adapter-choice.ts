import { LitElement, type TemplateResult, css, html } from "lit";
import type { App } from "../../state/app.ts";
import { ADAPTER_KINDS, type AdapterKind } from "../../state/world.ts";
import { base } from "../base.css.ts";
import { controls } from "../controls.css.ts";
import { surfaces } from "../surfaces.css.ts";
import { KINDS } from "./adapter-words.ts";

/** Which way to Bluetooth the page takes. Another one loads the page anew; bonds of each stay where they are. */
export class AdapterChoice extends LitElement {
  static override properties = { app: { attribute: false }, current: {} };
  static override styles = [
    base,
    controls,
    surfaces,
    css`
      ul {
        display: grid;
        gap: var(--space-3);
        padding: 0;
        list-style: none;
      }
      li {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: var(--space-2) var(--space-4);
      }
      li > div {
        flex: 1 1 18rem;
      }
    `,
  ];

  declare app: App;
  declare current: AdapterKind;

  constructor() {
    super();
    this.current = "web-bluetooth";
  }

  protected override render(): TemplateResult {
    return html`<section class="card" aria-labelledby="title">
      <h2 id="title">The way to Bluetooth</h2>
      <ul>
        ${ADAPTER_KINDS.map((kind) => this.#kind(kind))}
      </ul>
      <p class="quiet small">Your choice is remembered in this browser. Changing it reloads the page.</p>
    </section>`;
  }

  #kind(kind: AdapterKind): TemplateResult {
    const { name, about } = KINDS[kind];
    return html`<li>
      <div>
        <b>${name}</b><br /><span class="quiet">${about}</span>
      </div>
      ${
        kind === this.current
          ? html`<span aria-current="true">✓ in use</span>`
          : html`<button @click=${() => this.app.page.useAdapter(kind)} aria-label="Use: ${name}">Use this</button>`
      }
    </li>`;
  }
}

customElements.define("adapter-choice", AdapterChoice);
declare global {
  interface HTMLElementTagNameMap {
    "adapter-choice": AdapterChoice;
  }
}
