import { LitElement, type TemplateResult, css, html } from "lit";
import { base } from "./base.css.ts";

/** Says when the network is gone: Bondkeeper needs none once it is loaded. */
export class OnlineState extends LitElement {
  static override properties = { online: { state: true } };
  static override styles = [
    base,
    css`
      :host {
        display: contents;
      }
    `,
  ];

  declare online: boolean;
  readonly #changed = () => {
    this.online = navigator.onLine;
  };

  constructor() {
    super();
    this.online = navigator.onLine;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener("online", this.#changed);
    addEventListener("offline", this.#changed);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener("online", this.#changed);
    removeEventListener("offline", this.#changed);
  }

  protected override render(): TemplateResult {
    return html`<span aria-hidden="true">${this.online ? "●" : "○"}</span
      ><span>${this.online ? "Online" : "Offline. Bluetooth still works"}</span>`;
  }
}

customElements.define("online-state", OnlineState);
declare global {
  interface HTMLElementTagNameMap {
    "online-state": OnlineState;
  }
}
