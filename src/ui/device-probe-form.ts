import { LitElement, type TemplateResult, css, html, nothing } from "lit";
import type { CharacteristicRef } from "../link/gatt.ts";
import type { Likelihood, ProbeChoice } from "../state/device-probe.ts";
import { refKey } from "../state/gatt-tree.ts";
import type { Level } from "../storage/records.ts";
import { base } from "./base.css.ts";
import { controls } from "./controls.css.ts";
import { LEVELS, levelWord } from "./device-words.ts";
import { attributeName, attributePhrase } from "./gatt-names.ts";

/** What `device-probe-form` hands to its screen: null when the person thought better of it. */
export type ProbeDecision = { readonly ref: CharacteristicRef; readonly level: Level | null } | null;

const LIKELIHOODS: Readonly<Record<Likelihood, string>> = {
  "was-refused": "Refused before: the device protects these",
  possible: "Only the maker knows whether these are protected",
  "usually-open": "Usually open to everybody: these prove nothing",
};

/** Chooses the probe among everything that can be read, the likeliest first. Fires `decided`. */
export class DeviceProbeForm extends LitElement {
  static override properties = {
    choices: { attribute: false },
    level: { attribute: false },
    locked: { type: Boolean },
    chosen: { state: true },
  };
  static override styles = [
    base,
    controls,
    css`
      form {
        display: grid;
        gap: var(--space-3);
      }
      .choice {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        align-items: center;
        gap: var(--space-3);
        min-height: var(--touch);
        padding: var(--space-2);
        border-radius: var(--radius);
      }
      .choice:hover {
        background: var(--accent-wash);
      }
      fieldset {
        margin-bottom: var(--space-3);
      }
    `,
  ];

  declare choices: readonly ProbeChoice[];
  declare level: Level | null;
  declare locked: boolean;
  /** Key of the chosen characteristic; null: the one in use. */
  declare chosen: string | null;

  constructor() {
    super();
    this.choices = [];
    this.level = null;
    this.locked = false;
    this.chosen = null;
  }

  get #choice(): ProbeChoice | undefined {
    return this.choices.find(({ ref, current }) =>
      this.chosen === null ? current : refKey(ref) === this.chosen,
    );
  }

  protected override render(): TemplateResult {
    const groups = Map.groupBy(this.choices, ({ likelihood }) => likelihood);
    return html`<form @submit=${(event: SubmitEvent) => this.#submit(event)}>
      ${this.choices.length === 0 ? html`<p>The device offers nothing that can be read.</p>` : nothing}
      ${[...groups].map(
        ([likelihood, group]) => html`<fieldset>
          <legend>${LIKELIHOODS[likelihood]}</legend>
          ${group.map((choice) => this.#radio(choice))}
        </fieldset>`,
      )}
      <div class="field">
        <label for="level">The device demands a link that is</label>
        <select id="level" aria-describedby="hint" @change=${(event: Event) => this.#setLevel(event)}>
          <option value="" ?selected=${this.level === null}>not known</option>
          ${LEVELS.map((level) => html`<option .value=${level} ?selected=${level === this.level}>${levelWord(level)}</option>`)}
        </select>
        <p class="hint" id="hint">Look in the device’s manual. Leave it at “not known” unless you are sure.</p>
      </div>
      <p class="row">
        <button class="primary" type="submit" ?disabled=${this.locked || this.#choice === undefined}>Use this one</button>
        <button type="button" @click=${() => this.#decide(null)}>Cancel</button>
      </p>
    </form>`;
  }

  #radio(choice: ProbeChoice): TemplateResult {
    return html`<label class="choice">
      <input
        type="radio"
        name="probe"
        .checked=${this.#choice === choice}
        @change=${() => {
          this.chosen = refKey(choice.ref);
        }}
      />
      <span
        >${attributeName("characteristic", choice.uuid)}<br /><span class="small quiet"
          >in ${attributePhrase("service", choice.service)}</span
        ></span
      >
    </label>`;
  }

  #setLevel(event: Event): void {
    if (!(event.target instanceof HTMLSelectElement)) return;
    const { value } = event.target;
    this.level = LEVELS.find((level) => level === value) ?? null;
  }

  #submit(event: SubmitEvent): void {
    event.preventDefault();
    const choice = this.#choice;
    if (choice !== undefined && !this.locked) this.#decide({ ref: choice.ref, level: this.level });
  }

  #decide(detail: ProbeDecision): void {
    this.dispatchEvent(new CustomEvent<ProbeDecision>("decided", { detail }));
  }
}

customElements.define("device-probe-form", DeviceProbeForm);
declare global {
  interface HTMLElementTagNameMap {
    "device-probe-form": DeviceProbeForm;
  }
}
