import { LitElement, type TemplateResult, css, html, nothing } from "lit";
import { type Activity, IDLE } from "../state/gatt-activity.ts";
import type { DeviceScreen } from "../state/device.ts";
import type { CharacteristicNode } from "../state/gatt-tree.ts";
import type { CharacteristicRef } from "../link/gatt.ts";
import { readings, summary } from "../state/values.ts";
import { shortUuid } from "../state/assigned-numbers.ts";
import { base } from "./base.css.ts";
import { attributeName, attributeWord, propertyWord } from "./gatt-names.ts";
import { controls } from "./controls.css.ts";
import { disclosure } from "./gatt-styles.css.ts";
import { tally } from "./tally.ts";
import { Watch } from "./watch.ts";
import "./gatt-operations.ts";

/** What the record knows about a characteristic. */
export type Standing = "probe" | "refused" | "none";

/** One characteristic: a line with its newest value, and behind it everything that can be done with it. */
export class GattCharacteristicView extends LitElement {
  static override properties = {
    node: { attribute: false },
    screen: { attribute: false },
    standing: { attribute: false },
    usable: { type: Boolean },
    choosable: { type: Boolean },
    open: { type: Boolean },
  };
  static override styles = [
    base,
    controls,
    disclosure,
    css`
      button.line {
        grid-template:
          "mark name value" auto
          "mark chips value" auto / 1.5rem minmax(0, 1fr) fit-content(15rem);
        padding: var(--space-3);
      }
      .name {
        grid-area: name;
        overflow-wrap: anywhere;
      }
      .chips {
        grid-area: chips;
        color: var(--ink-2);
        font-size: var(--text-s);
        font-weight: 400;
      }
      .value {
        grid-area: value;
        overflow: hidden;
        font: 600 var(--text-m) / 1.3 var(--font-sign);
        text-align: end;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .standing {
        display: inline-flex;
        align-items: center;
        gap: var(--space-1);
        padding: 0 var(--space-2);
        border: 1px solid currentcolor;
        border-radius: 99rem;
        font-size: var(--text-s);
        font-weight: 600;
        white-space: nowrap;
      }
      .standing svg {
        width: 1.1rem;
        height: 1.1rem;
      }
      .panel {
        padding: 0 var(--space-3) var(--space-4) calc(1.5rem + var(--space-3) * 2);
      }
      @media (max-width: 40rem) {
        button.line {
          grid-template:
            "mark name" auto
            "mark chips" auto
            "mark value" auto / 1.5rem minmax(0, 1fr);
        }
        .value {
          text-align: start;
        }
        .panel {
          padding-inline: var(--space-3);
        }
      }
    `,
  ];

  declare node: CharacteristicNode;
  declare screen: DeviceScreen;
  declare standing: Standing;
  /** There is a link. */
  declare usable: boolean;
  /** A probe may be chosen. */
  declare choosable: boolean;
  declare open: boolean;
  readonly #activity = new Watch(
    this,
    () => this.screen.session.activities,
    (all): Activity => all.get(this.node.key) ?? IDLE,
  );

  constructor() {
    super();
    this.standing = "none";
    this.usable = false;
    this.choosable = false;
    this.open = false;
  }

  protected override render(): TemplateResult {
    const { node, open } = this;
    const activity = this.#activity.value;
    return html`<h4>
        <button
          class="line"
          aria-expanded=${open}
          aria-controls="panel"
          @click=${() => {
            this.open = !open;
          }}
        >
          <span class="mark" aria-hidden="true"></span>
          <span class="name">${attributeName("characteristic", node.uuid)} ${standingMark(this.standing)}</span>
          <span class="chips">${node.properties.map(propertyWord).join(" · ") || "nothing can be done with it"}</span>
          ${activity.last === null ? nothing : html`<span class="value"><bdi>${summary(readings(node.uuid, activity.last.bytes))}</bdi></span>`}
        </button>
      </h4>
      <div class="panel" id="panel" role="group" aria-label=${attributeWord("characteristic", node.uuid)} ?hidden=${!open}>
        ${open ? this.#panel(activity) : nothing}
      </div>`;
  }

  #choose(): void {
    const { ref } = this.node;
    this.dispatchEvent(
      new CustomEvent<CharacteristicRef>("choose-probe", { detail: ref, bubbles: true, composed: true }),
    );
  }

  #panel(activity: Activity): TemplateResult {
    const { node } = this;
    return html`<gatt-operations
        .node=${node}
        .screen=${this.screen}
        .activity=${activity}
        ?usable=${this.usable}
      ></gatt-operations>
      ${
        this.choosable && node.can.read && this.standing !== "probe"
          ? html`<p>
              <button class="plain" @click=${() => this.#choose()}>Use this read to prove the bond</button>
            </p>`
          : nothing
      }
      <dl class="small">
        ${shortUuid(node.uuid) === node.uuid ? nothing : html`<div><dt>UUID</dt><dd><code>${node.uuid}</code></dd></div>`}
        ${node.handle === null ? nothing : html`<div><dt>Handle</dt><dd><code>0x${node.handle.toString(16).padStart(4, "0")}</code></dd></div>`}
        ${
          node.descriptors.length === 0
            ? nothing
            : html`<div>
                <dt>Descriptors</dt>
                ${node.descriptors.map((uuid) => html`<dd>${attributeName("descriptor", uuid)}</dd>`)}
              </div>`
        }
      </dl>`;
  }
}

function standingMark(standing: Standing): TemplateResult | typeof nothing {
  switch (standing) {
    case "none":
      return nothing;
    case "probe":
      return html`<span class="standing"
        ><svg viewBox="0 0 32 32" aria-hidden="true">${tally("proven")}</svg>proves the bond</span
      >`;
    case "refused":
      return html`<span class="standing"
        ><svg viewBox="0 0 32 32" aria-hidden="true">${tally("recorded")}</svg>was refused</span
      >`;
  }
}

customElements.define("gatt-characteristic", GattCharacteristicView);
declare global {
  interface HTMLElementTagNameMap {
    "gatt-characteristic": GattCharacteristicView;
  }
}
