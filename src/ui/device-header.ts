import { type TemplateResult, css, html, nothing } from "lit";
import { displayName } from "../bonds/record.ts";
import { hrefOf } from "../state/router.ts";
import type { BondRecord } from "../storage/records.ts";
import { age, exactTime } from "./age.ts";
import { base } from "./base.css.ts";
import { controls } from "./controls.css.ts";
import { actsFor, type KeyLack, lackOf } from "./device-acts.ts";
import { deviceName } from "./device-name.ts";
import { DevicePart } from "./device-part.ts";
import { stateSentence } from "./device-words.ts";
import { icon } from "./icons.ts";
import { Watch } from "./watch.ts";
import "./bond-badge.ts";

/** Which device this is, what is proven about its bond, and what to do about it. */
export class DeviceHeader extends DevicePart {
  static override styles = [
    base,
    controls,
    css`
      :host {
        display: grid;
        gap: var(--space-4);
      }
      .back {
        display: inline-flex;
        align-items: center;
        gap: var(--space-1);
        justify-self: start;
        min-height: 2.75rem;
      }
      .who {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        align-items: start;
        gap: var(--space-3) var(--space-5);
      }
      .who > bond-badge {
        --mark-size: clamp(3.5rem, 9vw, 5.5rem);
      }
      .words {
        display: grid;
        justify-items: start;
        gap: var(--space-3);
        min-width: 0;
      }
      /* A device may call itself anything, at any length: the record below has all of it. */
      h1 {
        display: -webkit-box;
        overflow: hidden;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 3;
      }
      .sentence {
        font-size: var(--text-l);
        line-height: 1.4;
      }
      @media (max-width: 40rem) {
        .words {
          display: contents;
        }
        .words > * {
          grid-column: 1 / 3;
        }
        .words > h1 {
          grid-column: 2;
          align-self: center;
        }
        .acts button {
          flex: 1 1 100%;
        }
      }
    `,
  ];

  readonly #dongles = Watch.whole(this, () => this.app.dongles.told);
  readonly #now = Watch.whole(this, () => this.app.now);

  protected override render(): TemplateResult {
    const { record, state } = this.device;
    const own =
      record.label === null
        ? nothing
        : html`<p class="quiet">It calls itself ${deviceName(record.name)}.</p>`;
    return html`<a class="back" href="#/">${icon("back")} All devices</a>
      <div class="who">
        <bond-badge look="mark" .state=${state}></bond-badge>
        <div class="words">
          <h1 tabindex="-1">${deviceName(displayName(record))}</h1>
          <div class="pill"><bond-badge .state=${state} .now=${this.#now.value}></bond-badge></div>
          <p class="sentence">${stateSentence(state)}</p>
          ${own} ${this.#dongle(record)} ${this.#proof()} ${record.archived?.why === "removed" ? nothing : this.#acts()}
        </div>
      </div>`;
  }

  #dongle({ id }: BondRecord): TemplateResult | typeof nothing {
    const dongle = this.#dongles.value.get(id);
    if (dongle === undefined) return nothing;
    return html`<p class="quiet">This is its bond with <bdi>${dongle}</bdi>. It is in the list once more, with another dongle.</p>`;
  }

  #proof(): TemplateResult | typeof nothing {
    const { proof, state } = this.device;
    if (proof === null || state.kind === "proven" || state.kind === "proven-now") return nothing;
    return html`<p class="quiet">
      Last proof: <span title=${exactTime(proof.at)}>${age(proof.at, this.#now.value)}</span>.
    </p>`;
  }

  #acts(): TemplateResult {
    // While the key is looked for nothing can be begun: nobody knows yet what it would do.
    const running = this.locked || this.device.key === null;
    const offered = actsFor(this.device);
    const missing = lackOf(this.device);
    const checks = offered.some(({ mode }) => mode === "check");
    return html`${missing === null ? nothing : lack(missing)}
      <div class="acts row">
      ${offered.map(
        ({ mode, label, look }) =>
          html`<button class=${look} ?disabled=${running} @click=${() => void this.screen.run(mode)}>${label}</button>`,
      )}
      </div>
      ${checks && this.app.ports.backend.capabilities.pairing === "on-demand" ? checkHint : nothing}`;
  }
}

/** Said before, since no page can keep the system's dialog from coming up. */
const checkHint = html`<p class="small quiet">
  A check reads what proves the bond, once, and writes nothing. Should the system ask whether to pair, decline.
</p>`;

const keys = html`<a href=${hrefOf({ screen: "keys" })}>Keys</a>`;

/** What is missing, and the ways to it. */
function lack(what: KeyLack): TemplateResult {
  switch (what) {
    case "came-without":
      return html`<p>
        The key of this bond is not here, so there is nothing to prove yet. Import it under ${keys} if you have it in a
        file, or pair the device.
      </p>`;
    case "gone":
      return html`<p>
        The key of this bond is not here any more. Bring it back under ${keys} if you have it in a file, or pair the device
        anew.
      </p>`;
    case "other-dongle":
      return html`<p>
        The dongle in use has no key of this bond, so nothing can be proven over it. Use the dongle that has it, or
        <a href=${hrefOf({ screen: "add" })}>pair the device over this one</a>.
      </p>`;
  }
}

customElements.define("device-header", DeviceHeader);
declare global {
  interface HTMLElementTagNameMap {
    "device-header": DeviceHeader;
  }
}
