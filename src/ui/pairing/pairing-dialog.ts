import { LitElement, type PropertyValues, type TemplateResult, css, html, nothing } from "lit";
import { keyed } from "lit/directives/keyed.js";
import { NO_SIMULATION, type Simulation } from "../../state/adapter/simulation.ts";
import type { PairingManager } from "../../state/pairing-manager.ts";
import type { EndedPairing, PairingRequest } from "../../state/pairing-requests.ts";
import type { System } from "../../state/platform.ts";
import { advice, adviceStyles } from "../advice-view.ts";
import { base } from "../base.css.ts";
import { controls } from "../controls.css.ts";
import { deviceName } from "../device-name.ts";
import { dialogStyles } from "../dialog.css.ts";
import { explainPairing } from "../explain/pairing.ts";
import { Watch } from "../watch.ts";
import { aboutDevice } from "./about-device.css.ts";
import { peerAddress, termsFacts } from "./words.ts";
import "../adapter/simulated-keypad.ts";
import "./pairing-choice.ts";
import "./pairing-compare.ts";
import "./pairing-countdown.ts";
import "./pairing-display.ts";
import "./pairing-enter.ts";
import type { PairingElement } from "./pairing-element.ts";

/** Every pairing question, one at a time, over whatever screen is open. It goes when its pairing ends, and says why. */
export class PairingDialog extends LitElement {
  static override properties = {
    manager: { attribute: false },
    system: { attribute: false },
    now: { attribute: false },
    room: { attribute: false },
  };
  static override styles = [
    base,
    controls,
    adviceStyles,
    dialogStyles,
    aboutDevice,
    css`
      .all {
        display: grid;
        gap: var(--space-4);
      }
      dl {
        display: grid;
        grid-template-columns: minmax(7rem, max-content) 1fr;
        gap: var(--space-1) var(--space-4);
      }
      dt {
        color: var(--ink-2);
      }
      .number {
        font-family: var(--font-code);
        letter-spacing: 0.1em;
      }
      @media (max-width: 30rem) {
        dl {
          grid-template-columns: 1fr;
          gap: 0;
        }
      }
    `,
  ];

  declare manager: PairingManager;
  declare system: System;
  declare now: () => number;
  /** Devices that are made of code: there is no other place to see and press them while this dialog is open. */
  declare room: Pick<Simulation, "view" | "press"> | null;
  readonly #view = Watch.whole(this, () => this.manager.view);
  readonly #room = Watch.whole(this, () => this.room?.view ?? NO_SIMULATION);
  #shown = "";

  constructor() {
    super();
    this.room = null;
  }

  protected override render(): TemplateResult {
    const { requests, ended } = this.#view.value;
    const [request] = requests;
    const empty = request === undefined && ended === null;
    return html`<dialog aria-labelledby="who" @cancel=${(event: Event) => this.#refuse(event)}>
      ${
        empty
          ? nothing
          : html`<div class="all">
        ${request === undefined ? nothing : this.#question(request, requests.length)}
        ${request === undefined && ended !== null ? this.#end(ended) : nothing}
      </div>`
      }
    </dialog>`;
  }

  #question(request: PairingRequest, count: number): TemplateResult {
    const { terms } = request;
    return html`<p class="who" id="who">${deviceName(request.name)} <code>${peerAddress(request.peerId)}</code></p>
      ${keyed(request.id, this.#element(request))}
      ${this.#room.value.devices.map(({ name, digits }) =>
        digits === null
          ? nothing
          : html`<p class="simulated">Simulation: the display of <b>${name}</b> shows <b class="number">${digits}</b></p>`,
      )}
      ${this.#room.value.devices.map(({ key, name, typed }) =>
        typed === null
          ? nothing
          : html`<simulated-keypad
              .name=${name}
              @press=${({ detail }: CustomEvent<string>) => this.room?.press(key, detail)}
            ></simulated-keypad>`,
      )}
      <pairing-countdown .until=${request.expiresAt} .now=${this.now}></pairing-countdown>
      ${count > 1 ? html`<p class="small quiet">${count - 1} more waiting after this one.</p>` : nothing}
      ${
        terms === null
          ? nothing
          : html`<details>
              <summary>What both sides said</summary>
              <dl>${termsFacts(terms).map(([word, value]) => html`<dt>${word}</dt><dd>${value}</dd>`)}</dl>
            </details>`
      }`;
  }

  /** One element per method. */
  #element(request: PairingRequest): TemplateResult {
    switch (request.ask.kind) {
      case "accept":
      case "agree":
        return html`<pairing-choice data-question .manager=${this.manager} .request=${request}></pairing-choice>`;
      case "compare":
        return html`<pairing-compare data-question .manager=${this.manager} .request=${request}></pairing-compare>`;
      case "enter":
        return html`<pairing-enter data-question .manager=${this.manager} .request=${request}></pairing-enter>`;
      case "display":
        return html`<pairing-display data-question .manager=${this.manager} .request=${request}></pairing-display>`;
    }
  }

  #end({ name, peerId, end, retryAt }: EndedPairing): TemplateResult {
    return html`<p class="who" id="who">${deviceName(name)} <code>${peerAddress(peerId)}</code></p>
      <h2 tabindex="-1" data-first>${END_TITLES[end.by]}</h2>
      ${advice(explainPairing(end.reason, this.system))}
      ${retryAt === null ? nothing : html`<pairing-countdown what="wait" .until=${retryAt} .now=${this.now}></pairing-countdown>`}
      <div class="row answers"><button class="primary" @click=${() => this.manager.dismiss()}>Close</button></div>`;
  }

  /** Escape is no, and puts away what is only read. */
  #refuse(event: Event): void {
    event.preventDefault();
    const { requests, ended } = this.#view.value;
    const [request] = requests;
    if (request !== undefined) this.manager.respond(request.id, { accept: false });
    else if (ended !== null) this.manager.dismiss();
  }

  protected override updated(_changed: PropertyValues): void {
    const { requests, ended } = this.#view.value;
    const [request] = requests;
    const shown = request?.id ?? (ended === null ? "" : `ended ${ended.at}`);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const dialog = this.renderRoot.querySelector("dialog");
    if (dialog === null) return;
    if (shown === "") {
      dialog.close();
      return;
    }
    if (!dialog.open) dialog.showModal();
    const first =
      this.renderRoot.querySelector<PairingElement>("[data-question]") ??
      this.renderRoot.querySelector<HTMLElement>("[data-first]");
    first?.focus();
  }
}

const END_TITLES: Readonly<Record<EndedPairing["end"]["by"], string>> = {
  us: "Pairing was stopped",
  peer: "The device stopped the pairing",
  nobody: "The pairing ended",
};

customElements.define("pairing-dialog", PairingDialog);
declare global {
  interface HTMLElementTagNameMap {
    "pairing-dialog": PairingDialog;
  }
}
