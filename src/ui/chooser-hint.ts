import { LitElement, type TemplateResult, css, html, nothing } from "lit";
import type { App } from "../state/app.ts";
import { base } from "./base.css.ts";
import { surfaces } from "./surfaces.css.ts";
import { Watch } from "./watch.ts";

/** While the browser's chooser is open: where to look, and after a while what may be wrong. It never gives up. */
export class ChooserHint extends LitElement {
  static override properties = { app: { attribute: false } };
  static override styles = [
    base,
    surfaces,
    css`
      ul {
        display: grid;
        gap: var(--space-1);
        padding-left: 1.2em;
      }
    `,
  ];

  declare app: App;
  readonly #view = Watch.whole(this, () => this.app.chooser.view);

  protected override render(): TemplateResult | typeof nothing {
    const view = this.#view.value;
    if (view.kind === "closed") return nothing;
    return html`<div class="note ${view.hint ? "warn" : ""}" role="status">
      <h2>Pick the device in your browser’s list</h2>
      ${
        view.hint
          ? html`<p>No list, or the device is not in it?</p>
              <ul>
                <li><b>Is Bluetooth switched on?</b> The browser shows nothing at all while it is off. Switch it on: the list comes by itself.</li>
                <li>Is the device in range, awake, and waiting to be paired?</li>
                <li>Is it connected to a phone or another computer? Many devices hide then.</li>
                <li>Does it announce the service you chose? Try “every device in range”.</li>
              </ul>`
          : html`<p>It opens at the top of this window. This page goes on when you have chosen.</p>`
      }
    </div>`;
  }
}

customElements.define("chooser-hint", ChooserHint);
declare global {
  interface HTMLElementTagNameMap {
    "chooser-hint": ChooserHint;
  }
}
