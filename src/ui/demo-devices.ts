import { LitElement, type TemplateResult, css, html } from "lit";
import type { Demo, DemoDevice } from "../state/demo.ts";
import { base } from "./base.css.ts";
import { controls } from "./controls.css.ts";
import { Watch } from "./watch.ts";

/** What a person could do to real devices: carry them off, reset them, remove them from the system. */
export class DemoDevices extends LitElement {
  static override properties = { demo: { attribute: false } };
  static override styles = [
    base,
    controls,
    css`
      ul {
        display: grid;
        padding: 0;
        list-style: none;
      }
      li {
        display: grid;
        grid-template-columns: minmax(10rem, 1fr) auto;
        align-items: center;
        gap: var(--space-2) var(--space-4);
        padding: var(--space-2) 0;
        border-top: 1px solid var(--line);
      }
      .acts {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2);
      }
      button {
        min-height: 2.5rem;
        padding: 0 var(--space-3);
        font-size: var(--text-s);
      }
      @media (max-width: 44rem) {
        li {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  declare demo: Demo;
  readonly #devices = Watch.whole(this, () => this.demo.devices);

  protected override render(): TemplateResult {
    return html`<ul>
      ${this.#devices.value.map((device) => this.#line(device))}
    </ul>`;
  }

  #line({ key, name, inRange, systemBond, deviceBond }: DemoDevice): TemplateResult {
    const bonds = [systemBond ? "the system has a bond" : "", deviceBond ? "the device has a bond" : ""];
    const words = [inRange ? "in range" : "out of range", ...bonds].filter(Boolean).join(", ");
    return html`<li>
      <span><b>${name}</b><br /><span class="small quiet">${words}</span></span>
      <span class="acts">
        <button aria-label="${inRange ? "Carry away" : "Bring back"} ${name}" @click=${() => this.demo.setInRange(key, !inRange)}>
          ${inRange ? "Carry away" : "Bring back"}
        </button>
        <button aria-label="Reset ${name}" ?disabled=${!deviceBond} @click=${() => this.demo.reset(key)}>Reset it</button>
        <button
          aria-label="Remove ${name} in the system"
          ?disabled=${!systemBond}
          @click=${() => this.demo.removeSystemBond(key)}
        >
          Remove in the system
        </button>
      </span>
    </li>`;
  }
}

customElements.define("demo-devices", DemoDevices);
declare global {
  interface HTMLElementTagNameMap {
    "demo-devices": DemoDevices;
  }
}
