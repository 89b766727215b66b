import { LitElement, type TemplateResult, html, nothing } from "lit";
import { displayName } from "../bonds/record.ts";
import type { Simulation } from "../state/adapter/simulation.ts";
import type { App } from "../state/app.ts";
import { DeviceScreen, type ShownDevice } from "../state/device.ts";
import type { System } from "../state/platform.ts";
import { DEVICE_VIEWS, type DeviceView, hrefOf } from "../state/router.ts";
import { base } from "./base.css.ts";
import { controls } from "./controls.css.ts";
import { absentDevice } from "./device-absent.ts";
import { detailStyles } from "./device-detail.css.ts";
import type { Better } from "./bond-result.ts";
import { placeStep, STEP_HELP } from "./place-words.ts";
import { Watch } from "./watch.ts";
import "./bond-progress.ts";
import "./device-care.ts";
import "./device-evidence.ts";
import "./device-header.ts";
import "./device-history.ts";
import "./device-probe.ts";
import "./device-removal.ts";
import "./device-settings.ts";
import "./dongle-switch.ts";
import "./gatt-browser.ts";

const VIEW_WORDS: Readonly<Record<DeviceView, string>> = {
  overview: "Overview",
  gatt: "Attributes",
  history: "History",
};

const IDLE_OR_RUNNING = { idle: { step: "idle" }, running: { step: "running" } } as const;

/** One device for as long as it is looked at. Its properties are set before it enters the page, and stay. */
export class DeviceDetail extends LitElement {
  static override properties = {
    app: { attribute: false },
    system: {},
    bondId: { attribute: false },
    view: { attribute: false },
    room: { attribute: false },
  };
  static override styles = [base, controls, detailStyles];

  declare app: App;
  declare system: System;
  declare bondId: string;
  declare view: DeviceView;
  /** Devices that are made of code. */
  declare room: Simulation | null;
  #screen: DeviceScreen | undefined;
  readonly #shown = Watch.whole(this, () => this.screen.view);
  readonly #place = Watch.whole(this, () => this.screen.place);
  /** Not each line of a run: only whether there is one, and how it ended. */
  readonly #procedure = new Watch(
    this,
    () => this.screen.procedure.view,
    (view) => (view.step === "done" ? view : IDLE_OR_RUNNING[view.step]),
  );

  constructor() {
    super();
    this.system = "unknown";
    this.bondId = "";
    this.view = "overview";
    this.room = null;
  }

  get screen(): DeviceScreen {
    if (this.#screen === undefined) throw new Error("Cannot show a device: the element is not in the page");
    return this.#screen;
  }

  override connectedCallback(): void {
    this.#screen = new DeviceScreen(this.app, this.bondId, this.system);
    this.#screen.start();
    super.connectedCallback();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    void this.#screen?.close();
  }

  protected override render(): TemplateResult {
    const view = this.#shown.value;
    return view.step === "shown" ? this.#device(view) : absentDevice(view, this.app.bonds);
  }

  protected override updated(): void {
    const view = this.#shown.value;
    if (view.step !== "shown") return;
    const name = displayName(view.record);
    if (name !== "") document.title = `${name} · Bondkeeper`;
  }

  /** The heading, once it is there: where a person who came here by a link continues. */
  override focus(options?: FocusOptions): void {
    void this.#focusHeading(options);
  }

  async #focusHeading(options?: FocusOptions): Promise<void> {
    await this.updateComplete;
    const header = this.renderRoot.querySelector("device-header");
    await header?.updateComplete;
    const heading = header?.renderRoot.querySelector("h1") ?? this.renderRoot.querySelector("h1");
    heading?.focus(options);
  }

  /** A run that ended because another adapter has the bond leads there; null for every other end. */
  #better(): Better | null {
    const view = this.#procedure.value;
    const label = placeStep(this.#place.value);
    if (label === null || view.step !== "done") return null;
    const { reason } = view.result;
    if (reason !== "other-adapter" && reason !== "other-transport") return null;
    return { label, help: STEP_HELP, act: () => void this.screen.useRightAdapter() };
  }

  #device(device: ShownDevice): TemplateResult {
    const { app, screen } = this;
    const better = this.#better();
    return html`
      <device-header .app=${app} .screen=${screen} .device=${device}></device-header>
      <dongle-switch ?hidden=${better !== null || this.#place.value.kind === "in-use"} .app=${app} .screen=${screen} .device=${device}></dongle-switch>
      <bond-progress
        ?hidden=${this.#procedure.value.step === "idle"}
        .better=${better}
        .app=${app}
        .procedure=${screen.procedure}
        .room=${this.room}
      ></bond-progress>
      <device-removal
        ?hidden=${device.record.archived === null}
        .app=${app}
        .screen=${screen}
        .device=${device}
      ></device-removal>
      <nav aria-label="Views of this device">
        ${DEVICE_VIEWS.map(
          (view) =>
            html`<a
              href=${hrefOf({ screen: "device", id: this.bondId, view })}
              aria-current=${view === this.view ? "page" : "false"}
              >${VIEW_WORDS[view]}</a
            >`,
        )}
      </nav>
      ${this.#part(device)}
    `;
  }

  /** A device that was let go has nothing left to set or to choose. */
  #overview(device: ShownDevice): TemplateResult {
    const { app, screen } = this;
    const gone = device.record.archived?.why === "removed";
    return html`<div class="overview">
      <div class="column">
        <device-evidence .app=${app} .device=${device}></device-evidence>
        ${gone ? nothing : html`<device-probe .app=${app} .screen=${screen} .device=${device}></device-probe>`}
      </div>
      <div class="column">
        ${gone ? nothing : html`<device-settings .app=${app} .screen=${screen} .device=${device}></device-settings>`}
        <device-care .app=${app} .screen=${screen} .device=${device}></device-care>
      </div>
    </div>`;
  }

  #part(device: ShownDevice): TemplateResult {
    const { app, screen } = this;
    switch (this.view) {
      case "gatt":
        return html`<gatt-browser .app=${app} .screen=${screen} .device=${device}></gatt-browser>`;
      case "history":
        return html`<device-history .app=${app} .device=${device}></device-history>`;
      case "overview":
        return this.#overview(device);
    }
  }
}

customElements.define("device-detail", DeviceDetail);
declare global {
  interface HTMLElementTagNameMap {
    "device-detail": DeviceDetail;
  }
}
