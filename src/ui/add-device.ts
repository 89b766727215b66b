import { LitElement, type TemplateResult, html, nothing } from "lit";
import type { AddDevice as AddState } from "../state/add-device.ts";
import { base } from "./base.css.ts";
import { controls } from "./controls.css.ts";
import { column } from "./page.css.ts";
import { hrefOf } from "../state/router.ts";
import { Watch } from "./watch.ts";
import "./add-form.ts";
import "./bond-progress.ts";
import "./chooser-hint.ts";
import "./environment-screen.ts";

/** Adding a device: what stands in the way, or the form; then the chooser; then the procedure and its result. */
export class AddDeviceScreen extends LitElement {
  static override properties = { state: { attribute: false } };
  static override styles = [base, controls, column];

  declare state: AddState;
  readonly #environment = Watch.whole(this, () => this.state.app.environment.view);
  readonly #run = Watch.whole(this, () => this.state.procedure.view);
  readonly #chooser = Watch.whole(this, () => this.state.app.chooser.view);

  protected override render(): TemplateResult {
    const form = this.#run.value.step === "idle";
    return html`<h1 tabindex="-1" class=${form ? "" : "visually-hidden"}>Add a device</h1>
      ${this.#body()}`;
  }

  #body(): TemplateResult {
    const { app, procedure } = this.state;
    const run = this.#run.value;
    if (run.step !== "idle") {
      return html`<bond-progress .app=${app} .procedure=${procedure}></bond-progress>
        ${
          run.step === "done"
            ? html`<p class="row"><button @click=${() => this.state.again()}>Add another device</button></p>`
            : nothing
        }`;
    }
    const { kind } = this.#environment.value;
    if (kind === "obstacle" || kind === "no-answer") {
      return html`<environment-screen .app=${app}></environment-screen>`;
    }
    if (this.#chooser.value.kind === "open") {
      return html`<chooser-hint .app=${app}></chooser-hint>
        <p class="row"><button @click=${() => this.state.cancelChoice()}>Cancel</button></p>`;
    }
    return html`<add-form .state=${this.state} .system=${app.environment.surroundings.platform.system}></add-form>
      ${
        app.ports.backend.capabilities.pairing === "explicit"
          ? html`<p>Or <a href=${hrefOf({ screen: "scan" })}>look at who is in the air</a>, and pair from there.</p>`
          : nothing
      }`;
  }
}

customElements.define("add-device", AddDeviceScreen);
declare global {
  interface HTMLElementTagNameMap {
    "add-device": AddDeviceScreen;
  }
}
