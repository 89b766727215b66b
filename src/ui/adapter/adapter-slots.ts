import { LitElement, type TemplateResult, css, html, nothing } from "lit";
import type { AdapterPanel } from "../../state/adapter/panel.ts";
import type { Places } from "../../state/adapter/slots.ts";
import { hrefOf } from "../../state/router.ts";
import { base } from "../base.css.ts";
import { deviceName } from "../device-name.ts";
import { surfaces } from "../surfaces.css.ts";
import { Watch } from "../watch.ts";
import { linksWords } from "./adapter-words.ts";

const ROWS = [
  ["acl", "Buffers for data"],
  ["resolvingList", "List of private addresses"],
  ["acceptList", "List of whom to listen to"],
] as const;

/** What of the adapter is in use now, against what there is. Only links are spoken of: the rest changes with every packet. */
export class AdapterSlots extends LitElement {
  static override properties = { panel: { attribute: false }, bonds: { type: Number } };
  static override styles = [
    base,
    surfaces,
    css`
      .links {
        padding-left: var(--space-5);
      }
      table {
        width: 100%;
        max-width: 32rem;
        border-collapse: collapse;
      }
      th {
        padding: var(--space-1) var(--space-4) var(--space-1) 0;
        font-weight: 400;
        text-align: start;
      }
      td {
        padding: var(--space-1) 0;
        font-variant-numeric: tabular-nums;
        white-space: nowrap;
      }
      td:last-child {
        width: 40%;
        padding-left: var(--space-3);
      }
      meter {
        width: 100%;
        height: 0.75rem;
      }
    `,
  ];

  declare panel: AdapterPanel;
  /** Of the adapter that is open. */
  declare bonds: number;
  readonly #slots = Watch.whole(this, () => this.panel.adapter.slots.view);
  #unfollow: () => void = () => {};

  constructor() {
    super();
    this.bonds = 0;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#unfollow = this.panel.followSlots();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#unfollow();
  }

  protected override render(): TemplateResult | typeof nothing {
    const slots = this.#slots.value;
    if (slots === null) return nothing;
    return html`<section class="card" aria-labelledby="title">
      <h2 id="title">In use now</h2>
      <p role="status">${linksWords(slots.links.length, slots.limit)}</p>
      ${
        slots.links.length === 0
          ? nothing
          : html`<ul class="links" aria-label="Links">${slots.links.map(({ name }) => html`<li>${deviceName(name)}</li>`)}</ul>`
      }
      <table aria-label="Places in use">
        <tbody>
          ${ROWS.map(([key, words]) => this.#row(words, slots[key]))}
          <tr>
            <th scope="row">Bonds</th>
            <td>${this.bonds}</td>
            <td><a href=${hrefOf({ screen: "keys" })}>under Keys</a></td>
          </tr>
        </tbody>
      </table>
    </section>`;
  }

  #row(words: string, { used, size }: Places): TemplateResult {
    return html`<tr>
      <th scope="row">${words}</th>
      <td>${size === 0 ? "none" : `${used} of ${size}`}</td>
      <td>${size === 0 ? nothing : html`<meter min="0" max=${size} .value=${used} aria-hidden="true"></meter>`}</td>
    </tr>`;
  }
}

customElements.define("adapter-slots", AdapterSlots);
declare global {
  interface HTMLElementTagNameMap {
    "adapter-slots": AdapterSlots;
  }
}
