import { LitElement, type TemplateResult, css, html, nothing } from "lit";
import type { OwnAdapter } from "../../state/adapter/panel.ts";
import type { SimulatedDevice, Simulation } from "../../state/adapter/simulation.ts";
import type { App } from "../../state/app.ts";
import { base } from "../base.css.ts";
import { controls } from "../controls.css.ts";
import { Watch } from "../watch.ts";
import "../copy-text.ts";

/** Stands on every screen while adapter and devices are made of code; opens to what can happen to them. */
export class SimulationBanner extends LitElement {
  static override properties = {
    app: { attribute: false },
    adapter: { attribute: false },
    state: { attribute: false },
  };
  static override styles = [
    base,
    controls,
    css`
      details,
      .digits {
        padding: 0 var(--space-4);
        border: 2px dashed var(--line-strong);
        border-radius: var(--radius);
      }
      .digits {
        margin-top: var(--space-2);
        padding-block: var(--space-2);
      }
      b {
        font-family: var(--font-sign);
        font-size: var(--text-l);
      }
      .inside {
        display: grid;
        gap: var(--space-4);
        justify-items: start;
        padding: var(--space-2) 0 var(--space-4);
      }
      ul {
        display: grid;
        gap: var(--space-2);
        width: 100%;
        padding: 0;
        list-style: none;
      }
      li {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: var(--space-2) var(--space-4);
      }
      li > span {
        flex: 1 1 14rem;
      }
      .number {
        font: 700 var(--text-xl) / 1.2 var(--font-code);
        letter-spacing: 0.1em;
      }
    `,
  ];

  declare app: App;
  declare adapter: OwnAdapter;
  declare state: Simulation;
  readonly #view = Watch.whole(this, () => this.state.view);

  protected override render(): TemplateResult {
    const { devices, plugged } = this.#view.value;
    const showing = devices.filter(({ digits }) => digits !== null);
    return html`<aside aria-label="Simulation">
      <details>
        <summary><b>Simulation.</b> Dongle and devices are made of code. Nothing here is real.</summary>
        <div class="inside">
          <p>Let something happen to them, and see what Bondkeeper makes of it.</p>
          <ul>
            ${devices.map((device) => this.#device(device))}
          </ul>
          <p class="row">
            ${
              plugged
                ? html`<button @click=${() => void this.state.unplug()}>Pull the dongle out</button>`
                : html`<button @click=${() => void this.#plugIn()}>Plug the dongle in</button>`
            }
            <button @click=${() => void this.#replace()}>Replace the dongle by another</button>
            <button @click=${() => this.app.page.useAdapter("web-bluetooth")}>Use real Bluetooth</button>
          </p>
        </div>
      </details>
      ${showing.map(({ name, digits }) => html`<p class="digits" role="status">The display of <b>${name}</b> shows <span class="number">${digits}</span></p>`)}
    </aside>`;
  }

  #device({ key, name, connected, bonded, paired, encrypted, code }: SimulatedDevice): TemplateResult {
    return html`<li>
      <span><b>${name}</b> <span class="quiet">${connected ? "connected" : "advertising"}, ${bonded ? "has a bond" : "without a bond"}</span>${seen(paired, encrypted)}</span>
      ${code === null ? nothing : html`<copy-text label="Copy the code of its tag" .text=${code}></copy-text>`}
      ${bonded ? html`<button @click=${() => this.state.forget(key)} aria-label="Reset ${name}">Reset: forget its bonds</button>` : nothing}
    </li>`;
  }

  async #plugIn(): Promise<void> {
    this.state.plugIn();
    await this.adapter.open();
  }

  async #replace(): Promise<void> {
    await this.state.replace();
    await this.adapter.open();
  }
}

/** What the device itself saw since the page was loaded, whatever the page believes. */
function seen(paired: number, encrypted: number): TemplateResult | typeof nothing {
  if (paired + encrypted === 0) return nothing;
  return html`<br /><span class="small quiet">It saw ${counted(paired, "pairing")} and ${counted(encrypted, "encryption")} with a kept key.</span>`;
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

customElements.define("simulation-banner", SimulationBanner);
declare global {
  interface HTMLElementTagNameMap {
    "simulation-banner": SimulationBanner;
  }
}
