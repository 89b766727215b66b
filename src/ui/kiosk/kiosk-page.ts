import { LitElement, type TemplateResult, html } from "lit";
import type { Kiosk } from "../../state/kiosk/kiosk.ts";
import { base } from "../base.css.ts";
import { controls } from "../controls.css.ts";
import { column } from "../page.css.ts";
import { Watch } from "../watch.ts";
import "../storage-trouble.ts";
import "./kiosk-board.ts";
import "./kiosk-setup.ts";

/** The kiosk: its set-up, or its board over the whole screen. */
export class KioskPage extends LitElement {
  static override properties = { state: { attribute: false } };
  static override styles = [base, controls, column];

  declare state: Kiosk;
  readonly #view = Watch.whole(this, () => this.state.view);

  override connectedCallback(): void {
    super.connectedCallback();
    void this.state.open();
  }

  /** The frame of the page goes while the board is up: nobody reaches through it by the keyboard. */
  protected override updated(): void {
    const detail = this.#view.value.kind === "running";
    this.dispatchEvent(new CustomEvent("alone", { detail, bubbles: true, composed: true }));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.state.close();
  }

  protected override render(): TemplateResult {
    const view = this.#view.value;
    switch (view.kind) {
      case "loading":
        return html`<h1 tabindex="-1">Kiosk</h1>
          <p class="quiet">Loading …</p>`;
      case "unreadable":
        return html`<h1 tabindex="-1">Kiosk</h1>
          <storage-trouble .failure=${view.failure} @retry=${() => void this.state.open()}></storage-trouble>`;
      case "setup":
        return html`<kiosk-setup .state=${this.state} .view=${view}></kiosk-setup>`;
      case "running":
        return html`<kiosk-board .state=${this.state} .view=${view}></kiosk-board>`;
    }
  }
}

customElements.define("kiosk-page", KioskPage);
declare global {
  interface HTMLElementTagNameMap {
    "kiosk-page": KioskPage;
  }
}
