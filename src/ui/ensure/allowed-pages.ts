import { LitElement, type TemplateResult, css, html, nothing } from "lit";
import type { AllowedPages } from "../../state/ensure/pages.ts";
import type { AppRow } from "../../storage/apps/rows.ts";
import { exactTime } from "../age.ts";
import { base } from "../base.css.ts";
import { controls } from "../controls.css.ts";
import { column } from "../page.css.ts";
import { surfaces } from "../surfaces.css.ts";
import { Watch } from "../watch.ts";
import "../copy-text.ts";
import "../storage-trouble.ts";

/** Pages that were allowed to be answered or to send messages; each can be taken back. */
export class AllowedPagesScreen extends LitElement {
  static override properties = { state: { attribute: false } };
  static override styles = [
    base,
    controls,
    surfaces,
    column,
    css`
      h2,
      code {
        overflow-wrap: anywhere;
      }
      ul {
        display: grid;
        gap: var(--space-2);
        padding: 0;
        list-style: none;
      }
      li {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: var(--space-2);
      }
    `,
  ];

  declare state: AllowedPages;
  readonly #view = Watch.whole(this, () => this.state.view);

  override connectedCallback(): void {
    super.connectedCallback();
    void this.state.load();
  }

  protected override render(): TemplateResult {
    const view = this.#view.value;
    return html`<h1 tabindex="-1">Pages that may ask</h1>
      ${view.kind === "loading" ? html`<p class="quiet">Loading …</p>` : nothing}
      ${
        view.kind === "unreadable"
          ? html`<storage-trouble .failure=${view.failure} @retry=${() => void this.state.load()}></storage-trouble>`
          : nothing
      }
      ${view.kind === "ready" ? this.#ready(view.pages, view.publicKey) : nothing}`;
  }

  #ready(pages: readonly AppRow[], publicKey: string): TemplateResult {
    return html`${
      pages.length === 0
        ? html`<div class="card">
              <p>
                No page was allowed anything. A page asks by opening a link to Bondkeeper; you are asked here before it is
                answered.
              </p>
            </div>`
        : pages.map((page) => this.#page(page))
    }
      <section class="card">
        <h2>Signature of this browser</h2>
        <p>Results are signed. A page checks them with this public key; it is no secret.</p>
        <p><code>${publicKey}</code></p>
        <p class="row"><copy-text label="Copy the public key" .text=${publicKey}></copy-text></p>
      </section>`;
  }

  #page(page: AppRow): TemplateResult {
    const { id, returns, token, allowedAt } = page;
    return html`<section class="card" aria-label=${id}>
      <h2>${id}</h2>
      <p class="small quiet">Allowed ${exactTime(allowedAt)}</p>
      ${
        token === null
          ? nothing
          : html`<p>It may send messages: ask for the state of bonds, for pairing and removal. You confirm what changes
              anything.</p>`
      }
      ${
        returns.length === 0
          ? nothing
          : html`<div class="stack">
              <h3>Results go to</h3>
              <ul>
                ${returns.map(
                  (address) => html`<li>
                    <code>${address}</code>
                    <button class="plain" aria-label="Take back ${address}" @click=${() => void this.state.removeReturn(page, address)}>
                      Take back
                    </button>
                  </li>`,
                )}
              </ul>
            </div>`
      }
      <p class="row"><button class="danger" @click=${() => void this.state.remove(page)}>Take back everything</button></p>
    </section>`;
  }
}

customElements.define("allowed-pages", AllowedPagesScreen);
declare global {
  interface HTMLElementTagNameMap {
    "allowed-pages": AllowedPagesScreen;
  }
}
