import { type TemplateResult, html } from "lit";
import { probeChoices } from "../state/device-probe.ts";
import { hrefOf } from "../state/router.ts";
import { base } from "./base.css.ts";
import { controls } from "./controls.css.ts";
import type { ProbeDecision } from "./device-probe-form.ts";
import { DevicePart } from "./device-part.ts";
import { levelWord, probeSourceWord } from "./device-words.ts";
import { attributePhrase } from "./gatt-names.ts";
import { surfaces } from "./surfaces.css.ts";
import "./device-probe-form.ts";

export const PROBE_CHOSEN = "The probe is chosen. Verify the bond to see whether it proves it.";

/** The probe: the read that proves the bond. Says what it is, which one is used, and lets the person choose. */
export class DeviceProbe extends DevicePart {
  static override properties = {
    choosing: { state: true },
  };
  static override styles = [base, controls, surfaces];

  declare choosing: boolean;

  constructor() {
    super();
    this.choosing = false;
  }

  protected override render(): TemplateResult {
    return html`<section class="card" aria-labelledby="title">
      <h2 id="title">What proves it</h2>
      ${this.#present()}
      <details>
        <summary>What is a probe?</summary>
        <p>
          A web page cannot ask whether a bond exists. It can only read something that the device gives out on a secured
          link alone. If that read succeeds, the bond works. A read that anybody may do, such as the battery level of most
          devices, succeeds without any bond and proves nothing.
        </p>
      </details>
      ${this.choosing ? this.#form() : this.#button()}
    </section>`;
  }

  #present(): TemplateResult {
    const { probe } = this.device.record;
    if (probe === null) {
      return html`<div class="note warn">
        <p><b>Nothing yet.</b> Without a probe no bond can be proven here.</p>
        <p>
          It is learned by itself when the device refuses a read and answers it after pairing. You can also choose one.
        </p>
      </div>`;
    }
    const { ref, level } = probe;
    return html`<p>
      Reading <b>${attributePhrase("characteristic", ref.characteristic)}</b> in
      ${attributePhrase("service", ref.service)}, ${probeSourceWord(probe)}.
      ${
        level === null
          ? "What security the device demands for it is not known."
          : `The device demands a link that is ${levelWord(level)}.`
      }
    </p>`;
  }

  #button(): TemplateResult {
    const { record, stored } = this.device;
    if (stored.table === null) {
      const href = hrefOf({ screen: "device", id: record.id, view: "gatt" });
      return html`<p><a href=${href}>Connect and see what it offers</a>, then choose here.</p>`;
    }
    return html`<p>
      <button
        ?disabled=${this.locked}
        @click=${() => {
          this.choosing = true;
        }}
      >
        ${record.probe === null ? "Choose a probe" : "Choose another one"}
      </button>
    </p>`;
  }

  #form(): TemplateResult {
    const { record, stored } = this.device;
    return html`<device-probe-form
      .choices=${stored.table === null ? [] : probeChoices(stored.table.table, record)}
      .level=${record.probe?.level ?? null}
      ?locked=${this.locked}
      @decided=${(event: CustomEvent<ProbeDecision>) => void this.#decided(event.detail)}
    ></device-probe-form>`;
  }

  async #decided(decision: ProbeDecision): Promise<void> {
    this.choosing = false;
    if (decision === null) return;
    const failure = await this.screen.chooseProbe(decision.ref, decision.level);
    this.report(failure, PROBE_CHOSEN);
  }
}

customElements.define("device-probe", DeviceProbe);
declare global {
  interface HTMLElementTagNameMap {
    "device-probe": DeviceProbe;
  }
}
