import { LitElement, type TemplateResult, css, html, nothing } from "lit";
import type { App } from "../state/app.ts";
import type { Preferences } from "../state/preferences.ts";
import { base } from "./base.css.ts";
import { Watch } from "./watch.ts";
import "./online-state.ts";

/** One quiet line each: Bluetooth, storage, network, version. A shape before each, so that trouble shows without colour. */
export class AppStatus extends LitElement {
  static override properties = {
    app: { attribute: false },
    preferences: { attribute: false },
  };
  static override styles = [
    base,
    css`
      :host {
        color: var(--rail-ink-2);
        font-size: var(--text-s);
      }
      ul {
        display: grid;
        gap: var(--space-2);
        padding: 0;
        list-style: none;
      }
      li {
        display: grid;
        grid-template-columns: 1.25rem 1fr;
        gap: var(--space-2);
        line-height: 1.3;
      }
      .trouble {
        color: var(--rail-ink);
        font-weight: 600;
      }
      a {
        color: inherit;
      }
      @media (max-width: 60rem) {
        ul {
          gap: 0;
          justify-items: end;
        }
        li {
          grid-template-columns: auto auto;
        }
        /* On a phone only what needs attention; the rest stands under Settings. */
        li:not(.trouble) {
          display: none;
        }
      }
    `,
  ];

  declare app: App;
  declare preferences: Preferences;
  readonly #environment = Watch.whole(this, () => this.app.environment.view);
  readonly #health = Watch.whole(this, () => this.preferences.health);
  readonly #bonds = new Watch(
    this,
    () => this.app.bonds.view,
    (view) => view.kind,
  );

  protected override render(): TemplateResult {
    return html`<ul aria-label="State of the page">
      ${this.#radio()} ${this.#storage()}
      <li><online-state></online-state></li>
      <li><span></span><span>Version ${this.app.ports.appVersion}</span></li>
    </ul>`;
  }

  #radio(): TemplateResult {
    if (this.app.ports.backend.capabilities.transport === "demo") return line(true, "Demo devices");
    switch (this.#environment.value.kind) {
      case "checking":
        return line(true, "Looking for Bluetooth");
      case "ready":
        return line(true, "Bluetooth found");
      case "obstacle":
      case "no-answer":
        return line(false, html`<a href="#/add">No Bluetooth</a>`);
    }
  }

  #storage(): TemplateResult | typeof nothing {
    if (this.#bonds.value === "unreadable") return line(false, "Storage cannot be read");
    switch (this.#health.value?.persistence) {
      case "persistent":
        return line(true, "Stored, kept by the browser");
      case "best-effort":
      case "unknown":
        return line(true, html`Stored, <a href="#/settings">not promised to stay</a>`);
      case undefined:
        return nothing;
    }
  }
}

function line(fine: boolean, words: TemplateResult | string): TemplateResult {
  return html`<li class=${fine ? "" : "trouble"}><span aria-hidden="true">${fine ? "●" : "▲"}</span><span>${words}</span></li>`;
}

customElements.define("app-status", AppStatus);
declare global {
  interface HTMLElementTagNameMap {
    "app-status": AppStatus;
  }
}
