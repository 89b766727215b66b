import { LitElement, type TemplateResult, html } from "lit";
import { keyed } from "lit/directives/keyed.js";
import type { Simulation } from "../state/adapter/simulation.ts";
import type { App } from "../state/app.ts";
import type { System } from "../state/platform.ts";
import type { DeviceView } from "../state/router.ts";
import { base } from "./base.css.ts";
import "./device-detail.ts";

/** The screen of one device. Another device is another element, so nothing of the one is left for the other. */
export class DevicePage extends LitElement {
  static override properties = {
    app: { attribute: false },
    system: {},
    bondId: { attribute: false },
    view: { attribute: false },
    room: { attribute: false },
  };
  static override styles = [base];

  declare app: App;
  declare system: System;
  declare bondId: string;
  declare view: DeviceView;
  /** Devices that are made of code. */
  declare room: Simulation | null;

  constructor() {
    super();
    this.system = "unknown";
    this.bondId = "";
    this.view = "overview";
    this.room = null;
  }

  protected override render(): TemplateResult {
    return html`${keyed(
      this.bondId,
      html`<device-detail
        .app=${this.app}
        .bondId=${this.bondId}
        .view=${this.view}
        .room=${this.room}
        system=${this.system}
      ></device-detail>`,
    )}`;
  }

  override focus(options?: FocusOptions): void {
    void this.updateComplete.then(() => this.renderRoot.querySelector("device-detail")?.focus(options));
  }
}

customElements.define("device-page", DevicePage);
declare global {
  interface HTMLElementTagNameMap {
    "device-page": DevicePage;
  }
}
