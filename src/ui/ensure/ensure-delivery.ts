import { LitElement, type PropertyValues, type TemplateResult, css, html, nothing } from "lit";
import type { EnsureFlow, EnsureView } from "../../state/ensure/flow.ts";
import { bringIntoView } from "../bring-into-view.ts";
import { base } from "../base.css.ts";
import { controls } from "../controls.css.ts";
import { storageWords } from "../storage-words.ts";
import { surfaces } from "../surfaces.css.ts";

type Done = Extract<EnsureView, { readonly step: "done" }>;

/** Where the result goes: asked once for each address, then one button. */
export class EnsureDelivery extends LitElement {
  static override properties = { state: { attribute: false }, view: { attribute: false } };
  static override styles = [
    base,
    controls,
    surfaces,
    css`
      code {
        overflow-wrap: anywhere;
      }
      .note {
        padding: var(--space-5);
      }
    `,
  ];

  declare state: EnsureFlow;
  declare view: Done;

  /** What is asked comes after the result that took the focus, and must not stand out of sight above it. */
  protected override updated(_changed: PropertyValues): void {
    const { kind } = this.view.delivery;
    if (kind !== "none") bringIntoView(this);
  }

  protected override render(): TemplateResult | typeof nothing {
    const { delivery, run, asker } = this.view;
    const { code } = run.result;
    switch (delivery.kind) {
      case "none":
        return nothing;
      case "ask":
        return html`<section class="note" aria-labelledby="t">
          <h2 id="t">Give the result to this page?</h2>
          <p><code>${delivery.address}</code></p>
          <p>
            It learns the code (${code}), the device’s name and when the bond was proven, signed by this browser: no key and
            no passkey. It is also given the public key to check the signature with. Later results go there without
            asking; you can take that back under Settings.
          </p>
          <p class="row">
            <button class="primary" @click=${() => void this.state.allow()}>
              ${delivery.by === "return" ? "Allow, and go there" : "Allow, and tell it"}
            </button>
          </p>
        </section>`;
      case "ready":
        return html`<p class="row">
          <button class="primary" @click=${() => void this.state.deliver()}>
            ${delivery.by === "return" ? `Back to ${asker}, with code ${code}` : `Tell ${asker} code ${code}`}
          </button>
        </p>`;
      case "sent":
        return html`<p role="status">
          ${delivery.by === "return" ? `Going back to ${asker} …` : `${asker} has the result. You can close this window.`}
        </p>`;
      case "failed":
        return html`<div class="note bad" role="alert">
          <p>
            The result was not given:
            ${
              delivery.why === "no-opener"
                ? "the page that opened this window is gone."
                : `${storageWords(delivery.why).what}. ${storageWords(delivery.why).advice}`
            }
          </p>
        </div>`;
    }
  }
}

customElements.define("ensure-delivery", EnsureDelivery);
declare global {
  interface HTMLElementTagNameMap {
    "ensure-delivery": EnsureDelivery;
  }
}
