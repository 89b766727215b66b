import { LitElement, type TemplateResult, css, html } from "lit";
import type { Kiosk, PinOutcome } from "../../state/kiosk/kiosk.ts";
import { base } from "../base.css.ts";
import { controls } from "../controls.css.ts";
import { surfaces } from "../surfaces.css.ts";

/** The way to the set-up: a PIN where one was set. What is typed is never kept. */
export class KioskExit extends LitElement {
  static override properties = {
    state: { attribute: false },
    asks: { type: Boolean },
    problem: { state: true },
    busy: { state: true },
  };
  static override styles = [
    base,
    controls,
    surfaces,
    css`
      form {
        max-width: 30rem;
      }
    `,
  ];

  declare state: Kiosk;
  declare asks: boolean;
  declare problem: string;
  declare busy: boolean;

  constructor() {
    super();
    this.asks = false;
    this.problem = "";
    this.busy = false;
  }

  protected override render(): TemplateResult {
    return html`<form class="card" @submit=${(event: SubmitEvent) => void this.#submit(event)}>
      <h2>To the set-up</h2>
      ${
        this.asks
          ? html`<div class="field">
              <label for="pin">PIN of this kiosk</label>
              <input
                id="pin"
                type="password"
                inputmode="numeric"
                autocomplete="off"
                maxlength="12"
                aria-invalid=${this.problem !== ""}
                aria-describedby="problem"
              />
              <p class="error" id="problem" role="alert" ?hidden=${this.problem === ""}>${this.problem}</p>
            </div>`
          : html`<p>Verifying stops while it is set up.</p>`
      }
      <p class="row">
        <button class="primary" type="submit" ?disabled=${this.busy}>Go on</button>
        <button type="button" @click=${() => this.dispatchEvent(new CustomEvent("close"))}>Stay</button>
      </p>
    </form>`;
  }

  protected override firstUpdated(): void {
    this.renderRoot.querySelector<HTMLElement>("input, button")?.focus();
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const input = this.renderRoot.querySelector("input");
    const pin = input?.value ?? "";
    if (input !== null) input.value = "";
    this.busy = true;
    // The same words twice are heard twice.
    this.problem = "";
    try {
      this.problem = words(await this.state.enterSetup(pin));
    } catch {
      this.problem = "The storage does not answer. Nothing was changed.";
    }
    this.busy = false;
    await this.updateComplete;
    input?.focus();
  }
}

function words(outcome: PinOutcome): string {
  if (outcome === "open") return "";
  if (outcome === "wrong") return "That is not the PIN.";
  return `That is not the PIN, or it came too soon. Wait ${Math.ceil(outcome.waitMs / 1_000)} seconds.`;
}

customElements.define("kiosk-exit", KioskExit);
declare global {
  interface HTMLElementTagNameMap {
    "kiosk-exit": KioskExit;
  }
}
