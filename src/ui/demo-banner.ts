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
      details {
        padding: 0 var(--space-4);
        border: 2px dashed var(--line-strong);
        border-radius: var(--radius);
      }
      b {
        font-family: var(--font-sign);
        font-size: var(--text-l);
      }
      .inside {
        display: grid;
        gap: var(--space-4);
        justify-items: start;
        padding: var(--space-2) 0 var(--space-4);
      }
      demo-devices {
        width: 100%;
      }
    `,
  ];

  declare app: App;
  declare demo: Demo;

  protected override render(): TemplateResult {
    return html`<aside aria-label="Demo">
        <details @toggle=${() => this.demo.refresh()}>
          <summary><b>Demo devices.</b> Nothing here is real.</summary>
          <div class="inside">
            <p>Let something happen to them, and see what Bondkeeper makes of it.</p>
            <demo-devices .demo=${this.demo}></demo-devices>
            <button @click=${() => this.app.page.useDemo(false)}>Use real Bluetooth</button>
          </div>
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
