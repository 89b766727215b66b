import { LitElement, type TemplateResult, css, html, nothing } from "lit";
import { CACHE_DAYS, CONNECT_SECONDS, type Preferences, type Theme } from "../state/preferences.ts";
import type { Pwa } from "../state/pwa.ts";
import { hrefOf } from "../state/router.ts";
import type { Readable } from "../state/store.ts";
import type { Transfer } from "../state/transfer.ts";
import { base } from "./base.css.ts";
import { controls } from "./controls.css.ts";
import { cards, column } from "./page.css.ts";
import { surfaces } from "./surfaces.css.ts";
import { Watch } from "./watch.ts";
import type { ConfirmDialog } from "./confirm-dialog.ts";
import "./confirm-dialog.ts";
import "./install-panel.ts";
import "./storage-panel.ts";
import "./storage-trouble.ts";
import "./transfer-panel.ts";

const THEMES: readonly (readonly [Theme, string])[] = [
  ["system", "As the system"],
  ["light", "Light"],
  ["dark", "Dark"],
];

/** Looks, storage, the records as a file, and what this is. */
export class SettingsPage extends LitElement {
  static override properties = {
    state: { attribute: false },
    transfer: { attribute: false },
    pwa: { attribute: false },
    daysProblem: { state: true },
    secondsProblem: { state: true },
  };
  static override styles = [
    base,
    controls,
    surfaces,
    column,
    cards,
    css`
      .segments {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2);
        margin-top: var(--space-2);
      }
      .segments label {
        display: flex;
        align-items: center;
        gap: var(--space-2);
        min-height: var(--touch);
        padding: 0 var(--space-4);
        border: 2px solid var(--line);
        border-radius: var(--radius);
        font-weight: 600;
        cursor: pointer;
      }
      .segments label:has(:checked) {
        border-color: var(--accent);
        background: var(--accent-wash);
      }
      .days input {
        max-width: 7rem;
      }
    `,
  ];

  declare state: Preferences;
  declare transfer: Transfer;
  declare pwa: Readable<Pwa | null>;
  declare daysProblem: boolean;
  declare secondsProblem: boolean;
  readonly #view = Watch.whole(this, () => this.state.view);
  readonly #pwa = Watch.whole(this, () => this.pwa);

  constructor() {
    super();
    this.daysProblem = false;
    this.secondsProblem = false;
  }

  protected override render(): TemplateResult {
    const view = this.#view.value;
    return html`<h1 tabindex="-1">Settings</h1>
      ${
        view.kind === "unreadable"
          ? html`<storage-trouble .failure=${view.failure} @retry=${() => void this.state.start()}></storage-trouble>`
          : ""
      }
      ${view.kind === "ready" ? html`${this.#looks(view.theme)} ${this.#cache(view.cacheDays)} ${this.#dongles(view.connectSeconds)}` : ""}
      ${this.#app(this.#pwa.value)}
      <storage-panel .state=${this.state}></storage-panel>
      <transfer-panel .state=${this.transfer}></transfer-panel>
      ${this.#about()}
      <confirm-dialog></confirm-dialog>`;
  }

  #looks(theme: Theme): TemplateResult {
    return html`<section class="card">
      <fieldset>
        <legend><h2>Looks</h2></legend>
        <div class="segments">
          ${THEMES.map(
            ([value, words]) => html`<label
              ><input
                type="radio"
                name="theme"
                .checked=${theme === value}
                @change=${() => void this.state.setTheme(value)}
              />${words}</label
            >`,
          )}
        </div>
      </fieldset>
    </section>`;
  }

  #cache(days: number): TemplateResult {
    return html`<section class="card">
      <h2>Attribute tables</h2>
      <p>
        What a device offers is kept for comparing and for showing it while the device is away. Over Web Bluetooth every
        connection asks the device anew; a stored table never stands in for it.
      </p>
      ${number({
        id: "days",
        label: "Days after which a table counts as old",
        hint: "Only where the device gives no better sign of a change.",
        limits: CACHE_DAYS,
        value: days,
        wrong: this.daysProblem,
        take: async (text) => (this.daysProblem = !(await this.state.setCacheDays(text))),
      })}
      <button class="danger" @click=${() => void this.#clear()}>Clear the tables of all devices</button>
    </section>`;
  }

  /** Where the system connects, it decides how long it tries. */
  #dongles(seconds: number): TemplateResult | typeof nothing {
    if (this.state.app.ports.backend.capabilities.keysOwnedBy !== "bondkeeper") return nothing;
    return html`<section class="card">
      <h2>Dongles</h2>
      ${number({
        id: "seconds",
        label: "Seconds after which an attempt to connect is given up",
        hint: "More for a device that seldom advertises. A pairing that runs is never cut.",
        limits: CONNECT_SECONDS,
        value: seconds,
        wrong: this.secondsProblem,
        take: async (text) => (this.secondsProblem = !(await this.state.setConnectSeconds(text))),
      })}
    </section>`;
  }

  #app(pwa: Pwa | null): TemplateResult | typeof nothing {
    if (pwa === null) return nothing;
    return html`<install-panel .state=${pwa} .version=${this.state.app.ports.appVersion}></install-panel>`;
  }

  #about(): TemplateResult {
    const { ports } = this.state.app;
    return html`<section class="card">
      <h2>About</h2>
      <p><a href=${hrefOf({ screen: "activity" })}>Activity</a>: what happened, and a report to send with a problem.</p>
      <p><a href=${hrefOf({ screen: "scan" })}>Scan</a>: who is in the air, where this page has a radio of its own.</p>
      <p><a href=${hrefOf({ screen: "apps" })}>Pages that may ask</a> for a bond, and get an answer.</p>
      <p><a href=${hrefOf({ screen: "kiosk" })}>Kiosk</a>: bonds that are verified by themselves at the start.</p>
      <p><a href=${hrefOf({ screen: "explain" })}>Explain an error</a> that Bluetooth or another program gave you.</p>
      <dl class="facts">
        <dt>Version</dt>
        <dd>Bondkeeper ${ports.appVersion}</dd>
        <dt>Bluetooth through</dt>
        <dd><a href=${hrefOf({ screen: "adapter" })}>${TRANSPORT[ports.backend.capabilities.transport]}</a></dd>
        <dt>Keys are kept by</dt>
        <dd>
          ${
            ports.backend.capabilities.keysOwnedBy === "system"
              ? "the operating system. This page never sees them."
              : "this page."
          }
        </dd>
        <dt>Sent to anybody</dt>
        <dd>nothing. The page talks to devices and to where it was loaded from.</dd>
      </dl>
    </section>`;
  }

  async #clear(): Promise<void> {
    const dialog: ConfirmDialog | null = this.renderRoot.querySelector("confirm-dialog");
    const yes = await dialog?.ask({
      title: "Clear all attribute tables?",
      body: "Bonds, names, notes and proofs stay. Differences to an older table cannot be shown until a device was connected again.",
      yes: "Clear",
      no: "Keep",
      danger: true,
    });
    if (yes === true) await this.state.clearTables();
  }
}

const TRANSPORT = {
  "web-bluetooth": "the browser (Web Bluetooth)",
  dongle: "a dongle of its own",
  demo: "nothing: demo devices",
  simulator: "a simulation in this page",
} as const;

interface NumberField {
  readonly id: string;
  readonly label: string;
  readonly hint: string;
  readonly limits: { readonly least: number; readonly most: number };
  readonly value: number;
  readonly wrong: boolean;
  readonly take: (text: string) => Promise<unknown>;
}

function number({ id, label, hint, limits, value, wrong, take }: NumberField): TemplateResult {
  const about = `${id}-${wrong ? "error" : "hint"}`;
  const words = wrong ? `A whole number from ${limits.least} to ${limits.most}.` : hint;
  return html`<div class="field days">
    <label for=${id}>${label}</label>
    <input
      id=${id}
      inputmode="numeric"
      autocomplete="off"
      aria-invalid=${wrong}
      aria-describedby=${about}
      .value=${String(value)}
      @change=${(event: Event) => {
        if (event.target instanceof HTMLInputElement) void take(event.target.value);
      }}
    />
    <p class=${wrong ? "error" : "hint"} id=${about}>${words}</p>
  </div>`;
}

customElements.define("settings-page", SettingsPage);
declare global {
  interface HTMLElementTagNameMap {
    "settings-page": SettingsPage;
  }
}
