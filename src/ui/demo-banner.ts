import { LitElement, type TemplateResult, css, html } from "lit";
import type { App } from "../state/app.ts";
import type { Demo } from "../state/demo.ts";
import { base } from "./base.css.ts";
import { controls } from "./controls.css.ts";
import "./demo-chooser.ts";
import "./demo-devices.ts";

/** Stands on every screen while the devices are ours; opens to what can happen to them. */
export class DemoBanner extends LitElement {
  static override properties = { app: { attribute: false }, demo: { attribute: false } };
  static override styles = [
    base,
    controls,
    css`
      aside {
        padding: var(--space-2) var(--space-4);
        border: 2px dashed var(--line-strong);
        border-radius: var(--radius);
      }
      aside {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        align-items: center;
        column-gap: var(--space-4);
      }
      details[open] {
        grid-column: 1 / 3;
      }
      b {
        font-family: var(--font-sign);
        font-size: var(--text-l);
      }
      summary {
        align-content: center;
        padding: var(--space-1) 0;
        color: var(--accent);
        font-weight: 600;
        cursor: pointer;
      }
    `,
  ];

  declare app: App;
  declare demo: Demo;

  protected override render(): TemplateResult {
    return html`<aside aria-label="Demo">
        <p><b>Demo devices.</b> Nothing here is real.</p>
        <button class="plain" @click=${() => this.app.page.useDemo(false)}>Use real Bluetooth</button>
        <details @toggle=${() => this.demo.refresh()}>
          <summary>Let something happen to them</summary>
          <demo-devices .demo=${this.demo}></demo-devices>
        </details>
      </aside>
      <demo-chooser .demo=${this.demo}></demo-chooser>`;
  }
}

customElements.define("demo-banner", DemoBanner);
declare global {
  interface HTMLElementTagNameMap {
    "demo-banner": DemoBanner;
  }
}
