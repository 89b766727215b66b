import { LitElement, type TemplateResult, css, html } from "lit";
import { hrefOf } from "../state/router.ts";
import { base } from "./base.css.ts";
import { controls } from "./controls.css.ts";
import { surfaces } from "./surfaces.css.ts";

/** A link that leads nowhere, or one that was refused because it carried a secret. */
export class LostPage extends LitElement {
  static override properties = { why: {} };
  static override styles = [
    base,
    controls,
    surfaces,
    css`
      :host {
        display: grid;
        gap: var(--space-5);
        justify-items: start;
      }
    `,
  ];

  declare why: "not-found" | "refused-link";

  constructor() {
    super();
    this.why = "not-found";
  }

  protected override render(): TemplateResult {
    const home = html`<a class="button primary" href=${hrefOf({ screen: "devices" })}>To the devices</a>`;
    if (this.why === "not-found") {
      return html`<h1 tabindex="-1">This link leads nowhere</h1>
        <p>It may come from another version, or its device was deleted. Nothing was changed.</p>
        ${home}`;
    }
    return html`<h1 tabindex="-1">This link was refused</h1>
      <div class="note bad">
        <p>
          It carried a PIN, a passkey or a key. Links end up in histories and logs, so Bondkeeper never takes secrets
          from them, and has removed it from the address bar.
        </p>
        <p>If the PIN is still in use, change it. Then open the link without it (code 64, usage).</p>
      </div>
      ${home}`;
  }
}

customElements.define("lost-page", LostPage);
declare global {
  interface HTMLElementTagNameMap {
    "lost-page": LostPage;
  }
}
