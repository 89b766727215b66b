import { LitElement, type TemplateResult, css, html } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { sameRef } from "../bonds/evidence.ts";
import type { CharacteristicRef, GattTable } from "../link/gatt.ts";
import type { DeviceScreen } from "../state/device.ts";
import { gattTree, type CharacteristicNode, type ServiceNode } from "../state/gatt-tree.ts";
import { base } from "./base.css.ts";
import { controls } from "./controls.css.ts";
import type { Standing } from "./gatt-characteristic.ts";
import { attributeName, attributeWord } from "./gatt-names.ts";
import { disclosure } from "./gatt-styles.css.ts";
import "./gatt-characteristic.ts";

/** Every service with its characteristics. Lines open and close like any disclosure: Tab, then Enter or Space. */
export class GattTree extends LitElement {
  static override properties = {
    table: { attribute: false },
    screen: { attribute: false },
    probe: { attribute: false },
    refused: { attribute: false },
    usable: { type: Boolean },
    choosable: { type: Boolean },
    stale: { type: Boolean, reflect: true },
    closed: { state: true },
  };
  static override styles = [
    base,
    controls,
    disclosure,
    css`
      ul {
        display: grid;
        padding: 0;
        list-style: none;
      }
      .services {
        gap: var(--space-4);
      }
      .services > li {
        border: 1px solid var(--line);
        border-radius: var(--radius-l);
        background: var(--surface);
      }
      /* Said in words above; the broken line keeps it in sight further down. */
      :host([stale]) .services > li {
        border: 2px dashed var(--line-strong);
      }
      .characteristics > li {
        border-top: 1px solid var(--line);
      }
      button.line {
        grid-template: "mark name count" auto / 1.5rem minmax(0, 1fr) auto;
        padding: var(--space-3);
        border-radius: var(--radius-l);
        font: 700 var(--text-l) / 1.3 var(--font-sign);
      }
      .count {
        color: var(--ink-2);
        font: 400 var(--text-s) / 1.3 var(--font-text);
      }
      @media (max-width: 40rem) {
        button.line {
          grid-template:
            "mark name" auto
            "mark count" auto / 1.5rem minmax(0, 1fr);
        }
      }
      .name {
        grid-area: name;
        min-width: 0;
        overflow-wrap: anywhere;
      }
      .count {
        grid-area: count;
      }
      .name code {
        font-weight: 400;
      }
    `,
  ];

  declare table: GattTable;
  declare screen: DeviceScreen;
  declare probe: CharacteristicRef | null;
  declare refused: readonly CharacteristicRef[];
  declare usable: boolean;
  /** A probe may be chosen. */
  declare choosable: boolean;
  /** The table may no longer hold. */
  declare stale: boolean;
  /** Keys of the services that are folded away. */
  declare closed: ReadonlySet<string>;

  constructor() {
    super();
    this.table = { services: [] };
    this.probe = null;
    this.refused = [];
    this.usable = false;
    this.choosable = false;
    this.stale = false;
    this.closed = new Set();
  }

  protected override render(): TemplateResult {
    const services = gattTree(this.table);
    if (services.length === 0) {
      return html`<p>
        The device showed no service that this page may use. Services must be named when a device is chosen: add it
        again with the services it has.
      </p>`;
    }
    const all = this.closed.size === 0;
    return html`<p class="row">
        <button
          class="plain"
          @click=${() => {
            this.closed = new Set(all ? services.map(({ key }) => key) : []);
          }}
        >
          ${all ? "Fold all services" : "Unfold all services"}
        </button>
      </p>
      <ul class="services">
        ${repeat(
          services,
          ({ key }) => key,
          (service, index) => this.#service(service, index),
        )}
      </ul>`;
  }

  #service(service: ServiceNode, index: number): TemplateResult {
    const open = !this.closed.has(service.key);
    const count = service.characteristics.length;
    return html`<li>
      <h3>
        <button
          class="line"
          aria-expanded=${open}
          aria-controls="s${index}"
          @click=${() => this.#toggle(service.key)}
        >
          <span class="mark" aria-hidden="true"></span>
          <span class="name">${attributeName("service", service.uuid)}</span>
          <span class="count">${count === 1 ? "1 characteristic" : `${count} characteristics`}</span>
        </button>
      </h3>
      <ul
        class="characteristics"
        id="s${index}"
        aria-label="Characteristics of ${attributeWord("service", service.uuid)}"
        ?hidden=${!open}
      >
        ${repeat(
          service.characteristics,
          ({ key }) => key,
          (node) => html`<li>
            <gatt-characteristic
              .node=${node}
              .screen=${this.screen}
              .standing=${this.#standing(node)}
              ?usable=${this.usable}
              ?choosable=${this.choosable}
            ></gatt-characteristic>
          </li>`,
        )}
      </ul>
    </li>`;
  }

  #toggle(key: string): void {
    const closed = new Set(this.closed);
    if (!closed.delete(key)) closed.add(key);
    this.closed = closed;
  }

  #standing({ ref }: CharacteristicNode): Standing {
    if (this.probe !== null && sameRef(this.probe, ref)) return "probe";
    return this.refused.some((refused) => sameRef(refused, ref)) ? "refused" : "none";
  }
}

customElements.define("gatt-tree", GattTree);
declare global {
  interface HTMLElementTagNameMap {
    "gatt-tree": GattTree;
  }
}
