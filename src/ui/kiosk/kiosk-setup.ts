import { LitElement, type PropertyValues, type TemplateResult, css, html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { lastProof } from "../../bonds/evidence.ts";
import { displayName } from "../../bonds/record.ts";
import type { Kiosk, KioskView } from "../../state/kiosk/kiosk.ts";
import { hrefOf } from "../../state/router.ts";
import type { BondRecord } from "../../storage/records.ts";
import { age } from "../age.ts";
import { base } from "../base.css.ts";
import { controls } from "../controls.css.ts";
import { deviceName } from "../device-name.ts";
import { surfaces } from "../surfaces.css.ts";
import { type KioskField, readKioskForm } from "../../state/kiosk/form.ts";
import { missing } from "./words.ts";

type Setup = Extract<KioskView, { readonly kind: "setup" }>;

/** Which bonds, how long, how often, and where to go then. */
export class KioskSetup extends LitElement {
  static override properties = {
    state: { attribute: false },
    view: { attribute: false },
    chosen: { state: true },
    problems: { state: true },
  };
  static override styles = [
    base,
    controls,
    surfaces,
    css`
      .note {
        overflow-wrap: anywhere;
      }
      .note ul {
        padding-left: var(--space-5);
      }
      form,
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--space-5);
      }
      ol {
        display: grid;
        gap: var(--space-2);
        padding: 0;
        list-style: none;
      }
      ol > li {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto auto;
        align-items: center;
        gap: var(--space-2);
      }
      li button.plain {
        text-decoration: none;
      }
      li button.plain:disabled {
        border-color: transparent;
        background: none;
        opacity: 0.45;
      }
      li details {
        grid-column: 1 / -1;
        padding-inline-start: var(--space-6);
      }
      label.choice {
        display: flex;
        align-items: center;
        gap: var(--space-3);
        min-height: var(--touch);
      }
      .numbers {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(12rem, 100%), 1fr));
        gap: var(--space-4);
        align-items: end;
      }
    `,
  ];

  declare state: Kiosk;
  declare view: Setup;
  /** Record ids in their order. */
  declare chosen: readonly string[];
  declare problems: readonly KioskField[];

  constructor() {
    super();
    this.chosen = [];
    this.problems = [];
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("view")) this.chosen = this.view.row.bonds;
  }

  /** The board, and the button that was pressed on it, are gone. */
  protected override firstUpdated(): void {
    this.renderRoot.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
  }

  protected override render(): TemplateResult {
    const { row, records } = this.view;
    const gaps = missing(this.state.app);
    return html`<h1 tabindex="-1">Set up the kiosk</h1>
      <p>
        The kiosk verifies bonds by itself when this page starts, shows how they stand, and goes on to another page when
        every one is proven. It never pairs.
      </p>
      ${
        gaps.length === 0
          ? nothing
          : html`<section class="note warn" aria-labelledby="gaps">
              <h2 id="gaps">Before it can run without anybody</h2>
              <ul>
                ${gaps.map((gap) => html`<li>${gap}</li>`)}
              </ul>
            </section>`
      }
      <form novalidate @submit=${(event: SubmitEvent) => void this.#submit(event)}>
        <section class="card" aria-labelledby="bonds">
          <h2 id="bonds">Bonds, in their order</h2>
          ${
            records.length === 0
              ? html`<p>There is no device yet. <a href=${hrefOf({ screen: "add" })}>Add one</a>, and come back.</p>`
              : html`<ol>
                  ${repeat(
                    this.#ordered(records),
                    ({ id }) => id,
                    (record) => this.#bond(record),
                  )}
                </ol>`
          }
          ${this.#error("bonds", "Choose at least one device.")}
        </section>
        <section class="card" aria-labelledby="how">
          <h2 id="how">How</h2>
          ${this.#text("title", "Name of this kiosk", row.title)}
          <div class="numbers">
            ${this.#text("limit", "Seconds for one try", String(row.limitMs / 1_000), "5 to 600.")}
            ${this.#text("retries", "Tries after the first", String(row.retries), "0 to 20.")}
            ${this.#text("again", "Again after minutes", String(row.againMinutes), "0: only at the start and after sleep.")}
          </div>
          ${this.#text("next", "Then go to", row.next ?? "", "A complete https address without #. Empty: stay here.")}
          <label class="choice"
            ><input type="checkbox" id="attract" .checked=${row.attract} /> Show only the big picture while all is well</label
          >
        </section>
        <section class="card" aria-labelledby="out">
          <h2 id="out">The way back to this page</h2>
          <div class="field">
            <label for="pin">PIN, 4 to 12 digits</label>
            <input id="pin" type="password" inputmode="numeric" autocomplete="new-password" maxlength="12" />
            <p class="hint">
              ${row.pin === null ? "Empty: no PIN." : "Empty: the PIN stays as it is."} It keeps people from this page by
              accident; it is no lock. Whoever can open an address bar goes past it.
            </p>
          </div>
          ${
            row.pin === null
              ? nothing
              : html`<label class="choice"><input type="checkbox" id="no-pin" /> Take the PIN away</label>`
          }
          ${this.#error("pin", "4 to 12 digits, nothing else.")}
        </section>
        <p class="row"><button class="primary" type="submit">Save and start</button></p>
      </form>`;
  }

  /** The chosen ones first. */
  #ordered(records: readonly BondRecord[]): readonly BondRecord[] {
    const chosen = this.chosen.flatMap((id) => records.find((record) => record.id === id) ?? []);
    return [...chosen, ...records.filter(({ id }) => !this.chosen.includes(id))];
  }

  #bond(record: BondRecord): TemplateResult {
    const at = this.chosen.indexOf(record.id);
    const proof = lastProof(record);
    const name = displayName(record);
    return html`<li>
      <label class="choice"
        ><input type="checkbox" .checked=${at >= 0} @change=${() => this.#toggle(record.id)} />
        <span
          >${deviceName(name)}
          <span class="small quiet"
            >${proof === undefined ? "never proven: it will wait for a person" : age(proof.at, this.state.app.now.value)}</span
          ></span
        ></label
      >
      <button type="button" class="plain" ?disabled=${at <= 0} aria-label="Earlier: ${name}" @click=${() => this.#move(at)}>
        ↑
      </button>
      <button
        type="button"
        class="plain"
        ?disabled=${at < 0 || at === this.chosen.length - 1}
        aria-label="Later: ${name}"
        @click=${() => this.#move(at + 1)}
      >
        ↓
      </button>
      ${at < 0 ? nothing : this.#own(record.id, name)}
    </li>`;
  }

  #own(id: string, name: string): TemplateResult {
    const own = this.view.row.own?.find(({ bondId }) => bondId === id);
    const fields = [`limit-${id}`, `retries-${id}`] as const;
    const wrong = fields.some((field) => this.problems.includes(field));
    return html`<details ?open=${own !== undefined || wrong}>
      <summary>Limits of its own</summary>
      <div class="numbers">
        ${this.#text(fields[0], `Limit of ${name}, in seconds`, own === undefined ? "" : String(own.limitMs / 1_000), "5 to 600. Empty: as all.")}
        ${this.#text(fields[1], `More tries with ${name}`, own === undefined ? "" : String(own.retries), "0 to 20. Empty: as all.")}
      </div>
    </details>`;
  }

  #text(id: KioskField, label: string, value: string, hint = ""): TemplateResult {
    const wrong = this.problems.includes(id);
    return html`<div class="field">
      <label for=${id}>${label}</label>
      <input
        id=${id}
        autocomplete="off"
        aria-invalid=${wrong}
        aria-describedby=${hint === "" ? nothing : `${id}-hint`}
        .value=${value}
      />
      ${hint === "" ? nothing : html`<p class=${wrong ? "error" : "hint"} id="${id}-hint">${hint}</p>`}
    </div>`;
  }

  #error(field: KioskField, words: string): TemplateResult | typeof nothing {
    return this.problems.includes(field)
      ? html`<p class="field" role="alert"><span class="error">${words}</span></p>`
      : nothing;
  }

  #toggle(id: string): void {
    this.chosen = this.chosen.includes(id) ? this.chosen.filter((one) => one !== id) : [...this.chosen, id];
  }

  /** Swaps a bond with the one before it. */
  #move(at: number): void {
    const next = [...this.chosen];
    const moved = next.splice(at, 1);
    next.splice(at - 1, 0, ...moved);
    this.chosen = next;
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const valueOf = (id: string): string =>
      this.renderRoot.querySelector<HTMLInputElement>(`#${CSS.escape(id)}`)?.value.trim() ?? "";
    const isOn = (id: string): boolean =>
      this.renderRoot.querySelector<HTMLInputElement>(`#${id}`)?.checked ?? false;
    const read = readKioskForm({ valueOf, isOn, bonds: this.chosen, before: this.view.row });
    this.problems = read.problems;
    if (read.problems.length > 0) {
      await this.updateComplete;
      this.renderRoot.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
      return;
    }
    try {
      await this.state.save(read.row, read.pin);
    } catch {
      this.state.app.notices.problem("The kiosk was not stored: the storage does not answer");
    }
  }
}

customElements.define("kiosk-setup", KioskSetup);
declare global {
  interface HTMLElementTagNameMap {
    "kiosk-setup": KioskSetup;
  }
}
