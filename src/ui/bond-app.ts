import { LitElement, type PropertyValues, type TemplateResult, html, nothing } from "lit";
import type { Route } from "../state/router.ts";
import type { Parts, Screens } from "../state/screens.ts";
import { appStyles } from "./bond-app.css.ts";
import { base } from "./base.css.ts";
import { controls } from "./controls.css.ts";
import { Watch } from "./watch.ts";
import "./app-nav.ts";
import "./app-status.ts";
import "./device-list.ts";
import "./notice-bar.ts";

const TITLES: Readonly<Record<Route["screen"], string>> = {
  devices: "Devices",
  add: "Add a device",
  device: "Device",
  keys: "Keys",
  adapter: "Adapter",
  scan: "Scan",
  activity: "Activity",
  explain: "Explain an error",
  ensure: "Asked by another page",
  apps: "Pages that may ask",
  kiosk: "Kiosk",
  settings: "Settings",
  "not-found": "Not found",
  "refused-link": "Link refused",
};

/** The list comes with the page; every other screen, and the state that only it has, when it is first looked at. */
async function loadScreen(screen: Route["screen"], parts: Parts): Promise<void> {
  switch (screen) {
    case "devices":
      return;
    case "add":
      await import("./add-device.ts");
      return;
    case "device":
      await import("./device-page.ts");
      return;
    case "keys":
      await Promise.all([import("./keys/keys-page.ts"), parts.keys.load()]);
      return;
    case "adapter":
      await Promise.all([import("./adapter/adapter-page.ts"), parts.adapter?.load()]);
      return;
    case "scan":
      await Promise.all([import("./scan/scan-page.ts"), parts.scan?.load()]);
      return;
    case "activity":
      await Promise.all([import("./activity/activity-page.ts"), parts.activity.load()]);
      return;
    case "explain":
      await import("./explain-page.ts");
      return;
    case "ensure":
      await Promise.all([import("./ensure/ensure-page.ts"), parts.ensure.load()]);
      return;
    case "kiosk":
      await Promise.all([import("./kiosk/kiosk-page.ts"), parts.kiosk.load()]);
      return;
    case "apps":
      await Promise.all([import("./ensure/allowed-pages.ts"), parts.apps.load()]);
      return;
    case "settings":
      await Promise.all([import("./settings-page.ts"), parts.transfer.load()]);
      return;
    case "not-found":
    case "refused-link":
      await import("./lost-page.ts");
      return;
  }
}

/** The frame of the page: where you are, what state the page is in, and the screen of the present route. */
export class BondApp extends LitElement {
  static override properties = { screens: { attribute: false }, alone: { state: true } };
  static override styles = [base, controls, appStyles];

  declare screens: Screens;
  /** The kiosk covers everything: nothing behind it may be seen, heard or reached by the keyboard. */
  declare alone: boolean;
  readonly #route = Watch.whole(this, () => this.screens.app.router.route);
  readonly #pwa = Watch.whole(this, () => this.screens.pwa);
  readonly #loaded = new Set<Route["screen"]>(["devices"]);
  #asked: Route["screen"] | undefined;
  #failed = false;
  #shown: Route | undefined;

  constructor() {
    super();
    this.alone = false;
  }

  protected override render(): TemplateResult {
    const { app, demo, own, pairing, preferences } = this.screens;
    const route = this.#route.value;
    const pwa = this.#pwa.value;
    const alone = this.alone && route.screen === "kiosk";
    return html`
      <header ?hidden=${alone}>
        <a class="skip button" href="#main" @click=${(event: Event) => this.#skip(event)}>Skip to the content</a>
        <app-nav .screen=${route.screen} .own=${own !== null}></app-nav>
        <app-status .app=${app} .preferences=${preferences}></app-status>
      </header>
      <main id="main" @alone=${(event: CustomEvent<boolean>) => (this.alone = event.detail)}>
        ${pwa === null || alone ? nothing : html`<update-bar .state=${pwa.updates}></update-bar>`}
        ${demo === null || alone ? nothing : html`<demo-banner .app=${app} .demo=${demo}></demo-banner>`}
        ${own === null ? nothing : html`<adapter-layer .app=${app} .own=${own} ?questionsOnly=${alone}></adapter-layer>`}
        ${this.#loaded.has(route.screen) ? this.#screen(route) : this.#waiting(route.screen)}
      </main>
      <notice-bar .notices=${app.notices}></notice-bar>
      ${
        pairing === null
          ? nothing
          : html`<pairing-dialog
              .manager=${pairing}
              .system=${app.environment.surroundings.platform.system}
              .now=${() => app.ports.surroundings.now()}
              .room=${own?.simulation ?? null}
            ></pairing-dialog>`
      }
    `;
  }

  #waiting(screen: Route["screen"]): TemplateResult {
    if (!this.#failed) return html`<p class="quiet">Loading …</p>`;
    return html`<div class="stack">
      <h1>This part could not be loaded</h1>
      <p>The network is gone, or the page was updated meanwhile. Nothing was changed.</p>
      <p class="row">
        <button class="primary" @click=${() => void this.#load(screen)}>Try again</button>
        <button @click=${() => this.screens.app.page.reload()}>Reload the page</button>
      </p>
    </div>`;
  }

  #screen(route: Route): TemplateResult {
    const { app, list, add, explain, preferences, parts } = this.screens;
    switch (route.screen) {
      case "devices":
        return html`<device-list data-screen .state=${list}></device-list>`;
      case "add":
        return html`<add-device data-screen .state=${add}></add-device>`;
      case "device":
        return html`<device-page
          data-screen
          .app=${app}
          .bondId=${route.id}
          .view=${route.view}
          .system=${app.environment.surroundings.platform.system}
          .room=${this.screens.own?.simulation ?? null}
        ></device-page>`;
      case "keys":
        return html`<keys-page data-screen .state=${parts.keys.loaded}></keys-page>`;
      case "adapter":
        return html`<adapter-page data-screen .app=${app} .state=${parts.adapter?.loaded ?? null}></adapter-page>`;
      case "scan":
        return parts.scan === null
          ? html`<scan-absent data-screen></scan-absent>`
          : html`<scan-page
              data-screen
              .state=${parts.scan.loaded}
              .room=${this.screens.own?.simulation ?? null}
            ></scan-page>`;
      case "activity":
        return html`<activity-page data-screen .state=${parts.activity.loaded}></activity-page>`;
      case "explain":
        return html`<explain-page data-screen .state=${explain}></explain-page>`;
      case "ensure":
        return html`<ensure-page data-screen .state=${parts.ensure.loaded} .link=${route.link}></ensure-page>`;
      case "kiosk":
        return html`<kiosk-page data-screen .state=${parts.kiosk.loaded}></kiosk-page>`;
      case "apps":
        return html`<allowed-pages data-screen .state=${parts.apps.loaded}></allowed-pages>`;
      case "settings":
        return html`<settings-page
          data-screen
          .state=${preferences}
          .transfer=${parts.transfer.loaded}
          .pwa=${this.screens.pwa}
        ></settings-page>`;
      case "not-found":
      case "refused-link":
        return html`<lost-page data-screen .why=${route.screen}></lost-page>`;
    }
  }

  protected override willUpdate(_changed: PropertyValues): void {
    const { screen } = this.#route.value;
    if (this.#asked === screen) return;
    this.#asked = screen;
    this.#failed = false;
    if (!this.#loaded.has(screen)) void this.#load(screen);
  }

  /** Elements are put into the page only when they are defined: before that they could not take their state. */
  async #load(screen: Route["screen"]): Promise<void> {
    try {
      await loadScreen(screen, this.screens.parts);
      this.#loaded.add(screen);
      this.#failed = false;
    } catch {
      this.#failed = true;
    }
    this.requestUpdate();
  }

  /** A new screen starts at its top, has its own title, and its heading gets the focus, as a new page would. */
  protected override updated(_changed: PropertyValues): void {
    const route = this.#route.value;
    const before = this.#shown;
    if (before === route || !this.#loaded.has(route.screen)) return;
    this.#shown = route;
    document.title = `${TITLES[route.screen]} · Bondkeeper`;
    if (before === undefined || (before.screen === route.screen && before.screen !== "device")) return;
    if (before.screen === "device" && route.screen === "device" && before.id === route.id) return;
    scrollTo({ top: 0 });
    void this.#focusHeading();
  }

  async #focusHeading(): Promise<void> {
    const screen = this.renderRoot.querySelector<LitElement>("[data-screen]");
    await screen?.updateComplete;
    const heading = screen?.renderRoot?.querySelector<HTMLElement>("h1") ?? screen;
    heading?.focus({ preventScroll: true });
  }

  /** By script, because the fragment of the address is the route. */
  #skip(event: Event): void {
    event.preventDefault();
    void this.#focusHeading();
  }
}

customElements.define("bond-app", BondApp);
declare global {
  interface HTMLElementTagNameMap {
    "bond-app": BondApp;
  }
}
