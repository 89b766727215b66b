import { LitElement, type TemplateResult, css, html, nothing } from "lit";
import type { App } from "../state/app.ts";
import { base } from "./base.css.ts";
import { controls } from "./controls.css.ts";

/** Stands on every screen while the devices are ours. */
export class DemoBanner extends LitElement {
  static override properties = { app: { attribute: false } };
  static override styles = [
    base,
    controls,
    css`
      .banner {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: var(--space-2) var(--space-4);
        padding: var(--space-2) var(--space-4);
        border: 2px dashed var(--line-strong);
        border-radius: var(--radius);
      }
      b {
        font-family: var(--font-sign);
        font-size: var(--text-l);
      }
    `,
  ];

  declare app: App;

  protected override render(): TemplateResult | typeof nothing {
    const demo = this.app.ports.backend.capabilities.transport === "demo";
    this.hidden = !demo;
    if (!demo) return nothing;
    return html`<aside class="banner" aria-label="Demo">
      <p><b>Demo devices.</b> Nothing here is real.</p>
      <button class="plain" @click=${() => this.app.page.useDemo(false)}>Use real Bluetooth</button>
    </aside>`;
  }
}

customElements.define("demo-banner", DemoBanner);
declare global {
  interface HTMLElementTagNameMap {
    "demo-banner": DemoBanner;
  }
}
