import { LitElement, type TemplateResult, css, html, nothing } from "lit";
import type { InstallView, InstallWay } from "../state/installing.ts";
import type { Pwa } from "../state/pwa.ts";
import type { OfflineView, Updates } from "../state/updates.ts";
import { base } from "./base.css.ts";
import { controls } from "./controls.css.ts";
import { surfaces } from "./surfaces.css.ts";
import { Watch } from "./watch.ts";

/** Bondkeeper as an app: whether it is installed and how, whether it opens offline, and whether it is the newest. */
export class InstallPanel extends LitElement {
  static override properties = { state: { attribute: false }, version: {} };
  static override styles = [
    base,
    controls,
    surfaces,
    css`
      .card {
        justify-items: start;
      }
      .row {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--space-3);
      }
    `,
  ];

  declare state: Pwa;
  declare version: string;
  readonly #install = Watch.whole(this, () => this.state.installing.view);
  readonly #offline = Watch.whole(this, () => this.state.updates.offline);
  readonly #update = Watch.whole(this, () => this.state.updates.view);
  readonly #looked = Watch.whole(this, () => this.state.updates.looked);

  constructor() {
    super();
    this.version = "";
  }

  protected override render(): TemplateResult {
    const offline = this.#offline.value;
    return html`<section class="card" aria-labelledby="title">
      <h2 id="title">Bondkeeper as an app</h2>
      ${this.#installed(this.#install.value)}
      <dl class="facts">
        <dt>Without a network</dt>
        <dd>${offlineWords(offline)}</dd>
        <dt>Version</dt>
        <dd>${this.version}${this.#versionWords()}</dd>
      </dl>
      ${offline.kind === "ready" ? this.#look(this.state.updates) : nothing}
    </section>`;
  }

  #installed(view: InstallView): TemplateResult {
    switch (view.kind) {
      case "app":
        return html`<p>This window is the installed app.</p>`;
      case "done":
        return html`<p>Installed. It stands among your apps now, with the same devices and bonds as this tab.</p>`;
      case "offered":
        return html`<p>
            A window of its own, an icon, and shortcuts. It keeps the devices and bonds of this browser and stores nothing
            elsewhere.
          </p>
          <button class="primary" ?disabled=${view.asking} @click=${() => void this.state.installing.install()}>
            Install Bondkeeper
          </button>`;
      case "by-hand":
        return html`<p>It can have a window of its own, with the same devices and bonds:</p>
          <p>${WAYS[view.way]}</p>`;
      case "impossible":
        return html`<p>
          ${
            view.why === "not-secure"
              ? "It can be installed only from an https address."
              : "This browser does not install pages as apps. A bookmark does the same, apart from the window."
          }
        </p>`;
    }
  }

  #versionWords(): string {
    switch (this.#update.value.kind) {
      case "ready":
      case "held":
      case "switching":
        return ". A newer one is ready";
      case "elsewhere":
        return ". A newer one runs in another tab";
      case "none":
        return "";
    }
  }

  #look(updates: Updates): TemplateResult {
    const looked = this.#looked.value;
    return html`<div class="row">
      <button ?disabled=${looked === "looking"} @click=${() => void updates.look()}>Look for a newer version</button>
      <span role="status">${looked === null ? "" : LOOKED[looked]}</span>
    </div>`;
  }
}

const LOOKED = {
  looking: "Looking …",
  newest: "This is the newest.",
  found: "There is one. It is offered as soon as it is loaded.",
  "no-network": "The server could not be reached.",
} as const;

function offlineWords(view: OfflineView): string {
  switch (view.kind) {
    case "preparing":
      return "Being made ready …";
    case "ready":
      return "Works. Every screen is kept in this browser.";
    case "failed":
      return `Does not work: ${view.why}. It is tried again with the next visit.`;
    case "not-here":
      return NOT_HERE[view.why];
  }
}

const NOT_HERE = {
  browser: "Not in this browser or at this address: it needs service workers and https.",
  development: "Not from the development server.",
  "installed-app": "Works. The app is one signed file.",
} as const;

const WAYS: Readonly<Record<InstallWay, string>> = {
  "address-bar":
    "Click the install sign at the right end of the address bar, or open the browser’s menu: Cast, save, and share → Install page as app.",
  "chrome-menu": "Open the browser’s menu ⋮ → Add to home screen → Install.",
  "edge-menu": "Open the browser’s menu … → Apps → Install this site as an app.",
  "firefox-menu": "Open the browser’s menu ⋮ → Install or Add app to home screen.",
  "add-to-dock": "In the menu bar choose File → Add to Dock.",
  "share-sheet": "Tap Share, then Add to Home Screen.",
};

customElements.define("install-panel", InstallPanel);
declare global {
  interface HTMLElementTagNameMap {
    "install-panel": InstallPanel;
  }
}
