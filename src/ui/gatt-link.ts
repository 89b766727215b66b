import { type TemplateResult, css, html, nothing } from "lit";
import type { SessionEnd } from "../state/gatt-session.ts";
import type { System } from "../state/platform.ts";
import { exactTime } from "./age.ts";
import { base } from "./base.css.ts";
import { controls } from "./controls.css.ts";
import { DevicePart } from "./device-part.ts";
import { surfaces } from "./surfaces.css.ts";
import { Watch } from "./watch.ts";
import "./bond-ask.ts";
import "./failure-note.ts";

const DOING = {
  looking: "Looking for the device …",
  connecting: "Connecting …",
  discovering: "Asking what it offers …",
} as const;

/** The link of the attribute browser: makes it, says how it stands, ends it. */
export class GattLink extends DevicePart {
  static override styles = [
    base,
    controls,
    surfaces,
    css`
      :host {
        display: grid;
        gap: var(--space-4);
      }
      .bar {
        justify-content: space-between;
        padding: var(--space-3) var(--space-4);
        border: 1px solid var(--line);
        border-radius: var(--radius-l);
        background: var(--surface);
      }
      .state {
        display: flex;
        align-items: center;
        gap: var(--space-3);
      }
      .lamp {
        flex: none;
        width: 1rem;
        height: 1rem;
        border: 3px solid var(--line-strong);
        border-radius: 50%;
      }
      .lamp.busy {
        border-style: dashed;
        border-color: var(--accent);
      }
      .lamp.open {
        border-color: var(--ink);
        background: var(--ink);
      }
    `,
  ];

  readonly #session = Watch.whole(this, () => this.screen.session.view);
  readonly #ask = Watch.whole(this, () => this.screen.ask);

  protected override render(): TemplateResult {
    const view = this.#session.value;
    const { session } = this.screen;
    switch (view.step) {
      case "off":
        return html`${this.#bar(
          "",
          this.locked ? "The bond procedure is using the device." : "Not connected",
          html`<button
            class="primary"
            ?disabled=${this.locked || this.device.record.archived !== null}
            @click=${() => void session.connect()}
          >
            Connect
          </button>`,
        )}${ended(view.ended, this.screen.system)}`;
      case "looking":
      case "connecting":
      case "discovering":
        return html`${this.#bar(
          "busy",
          DOING[view.step],
          html`<button @click=${() => void session.disconnect()}>Cancel</button>`,
        )}<bond-ask .app=${this.app} .ask=${this.#ask.value}></bond-ask>`;
      case "open":
        return this.#bar(
          "open",
          `Connected since ${exactTime(view.since)}`,
          html`<button @click=${() => void session.disconnect()}>Disconnect</button>`,
        );
    }
  }

  #bar(lamp: "" | "busy" | "open", words: string, act: TemplateResult): TemplateResult {
    return html`<div class="bar row">
      <p class="state" role="status"><span class="lamp ${lamp}" aria-hidden="true"></span>${words}</p>
      ${act}
    </div>`;
  }
}

function ended(end: SessionEnd | null, system: System): TemplateResult | typeof nothing {
  switch (end?.kind) {
    case undefined:
      return nothing;
    case "lost":
      return html`<p class="note warn" role="alert">
        The connection was lost. The device went out of range, fell asleep or hung up. Its bond was not touched.
      </p>`;
    case "no-record":
      return html`<p class="note warn" role="alert">The record of this device was deleted meanwhile.</p>`;
    case "failed":
      return end.failure.kind === "cancelled"
        ? html`<p class="quiet" role="status">Stopped. Nothing was changed.</p>`
        : html`<failure-note .failure=${end.failure} system=${system}></failure-note>`;
  }
}

customElements.define("gatt-link", GattLink);
declare global {
  interface HTMLElementTagNameMap {
    "gatt-link": GattLink;
  }
}
