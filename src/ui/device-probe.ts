import { LitElement, type TemplateResult, css, html, nothing } from "lit";
import type { App } from "../state/app.ts";
import { chooseProbe } from "../state/device-edit.ts";
import { type Likelihood, type ProbeChoice, probeChoices } from "../state/device-probe.ts";
import type { ShownDevice } from "../state/device.ts";
import { refKey } from "../state/gatt-tree.ts";
import { hrefOf } from "../state/router.ts";
import type { Level } from "../storage/records.ts";
import { base } from "./base.css.ts";
import { controls } from "./controls.css.ts";
import { LEVELS, levelWord, probeSourceWord } from "./device-words.ts";
import { attributeName } from "./gatt-names.ts";
import { storageWords } from "./storage-words.ts";
import { surfaces } from "./surfaces.css.ts";

const LIKELIHOODS: Readonly<Record<Likelihood, string>> = {
  "was-refused": "Refused before: the device protects these",
  possible: "Only the maker knows whether these are protected",
  "usually-open": "Usually open to everybody: these prove nothing",
};

/** The probe: the read that proves the bond. Says what it is, which one is used, and lets the person choose. */
export class DeviceProbe extends LitElement {
  static override properties = {
    app: { attribute: false },
    device: { attribute: false },
    locked: { type: Boolean },
    choosing: { state: true },
    chosen: { state: true },
    level: { state: true },
  };
  static override styles = [
    base,
    controls,
    surfaces,
    css`
      .choice {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: var(--space-3);
        align-items: center;
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
      summary {
        min-height: 2.75rem;
        align-content: center;
        cursor: pointer;
      }
      form {
        display: grid;
        gap: var(--space-3);
      }
    `,
  ];

  declare app: App;
  declare device: ShownDevice;
  /** A procedure runs: the record must not change under it. */
  declare locked: boolean;
  declare choosing: boolean;
  declare chosen: string;
  declare level: Level | null;

  constructor() {
    super();
    this.locked = false;
    this.choosing = false;
    this.chosen = "";
    this.level = null;
  }

  protected override render(): TemplateResult {
    const { probe } = this.device.record;
    return html`<section class="card" aria-labelledby="title">
      <h2 id="title">What proves it</h2>
      ${
        probe === null
          ? html`<div class="note warn">
              <p><b>Nothing yet.</b> Without a probe no bond can be proven here.</p>
              <p>
                It is learned by itself when the device refuses a read and answers it after pairing. You can also choose
                one.
              </p>
            </div>`
          : html`<p>
              Reading <b>${attributeName("characteristic", probe.ref.characteristic)}</b> in
              ${attributeName("service", probe.ref.service)}, ${probeSourceWord(probe)}.
              ${
                probe.level === null
                  ? "What security the device demands for it is not known."
                  : `The device demands a link that is ${levelWord(probe.level)}.`
              }
            </p>`
      }
      <details>
        <summary>What is a probe?</summary>
        <p>
          A web page cannot ask whether a bond exists. It can only read something that the device gives out on a secured
          link alone. If that read succeeds, the bond works. A read that anybody may do, such as the battery level of most
          devices, succeeds without any bond and proves nothing.
        </p>
      </details>
      ${this.choosing ? this.#form() : this.#open()}
    </section>`;
  }

  #open(): TemplateResult {
    const { table, record } = this.device;
    if (table === null) {
      const href = hrefOf({ screen: "device", id: record.id, view: "gatt" });
      return html`<p><a href=${href}>Connect and see what it offers</a>, then choose here.</p>`;
    }
    return html`<p>
      <button
        ?disabled=${this.locked}
        @click=${() => {
          this.choosing = true;
          this.chosen = record.probe === null ? "" : refKey(record.probe.ref);
          this.level = record.probe?.level ?? null;
        }}
      >
        ${record.probe === null ? "Choose a probe" : "Choose another one"}
      </button>
    </p>`;
  }

  #form(): TemplateResult {
    const { table, record } = this.device;
    const choices = table === null ? [] : probeChoices(table.table, record);
    const groups = Map.groupBy(choices, ({ likelihood }) => likelihood);
    return html`<form
      @submit=${(event: SubmitEvent) => {
        event.preventDefault();
        void this.#save(choices);
      }}
    >
      ${choices.length === 0 ? html`<p>The device offers nothing that can be read.</p>` : nothing}
      ${[...groups].map(
        ([likelihood, group]) => html`<fieldset>
          <legend>${LIKELIHOODS[likelihood]}</legend>
          ${group.map((choice) => this.#choice(choice))}
        </fieldset>`,
      )}
      <div class="field">
        <label for="level">The device demands a link that is</label>
        <select id="level" @change=${(event: Event) => this.#setLevel(event)}>
          <option value="" ?selected=${this.level === null}>not known</option>
          ${LEVELS.map((level) => html`<option .value=${level} ?selected=${level === this.level}>${levelWord(level)}</option>`)}
        </select>
        <p class="hint">Look in the device’s manual. Leave it at “not known” unless you are sure.</p>
      </div>
      <p class="row">
        <button class="primary" type="submit" ?disabled=${this.locked || this.chosen === ""}>Use this one</button>
        <button
          type="button"
          @click=${() => {
            this.choosing = false;
          }}
        >
          Cancel
        </button>
      </p>
    </form>`;
  }

  #choice({ ref, service, uuid }: ProbeChoice): TemplateResult {
    const key = refKey(ref);
    return html`<label class="choice">
      <input
        type="radio"
        name="probe"
        .checked=${this.chosen === key}
        @change=${() => {
          this.chosen = key;
        }}
      />
      <span
        >${attributeName("characteristic", uuid)}<br /><span class="small quiet"
          >in ${attributeName("service", service)}</span
        ></span
      >
    </label>`;
  }

  #setLevel(event: Event): void {
    if (!(event.target instanceof HTMLSelectElement)) return;
    const { value } = event.target;
    this.level = LEVELS.find((level) => level === value) ?? null;
  }

  async #save(choices: readonly ProbeChoice[]): Promise<void> {
    const choice = choices.find(({ ref }) => refKey(ref) === this.chosen);
    if (choice === undefined) return;
    const { ports, notices } = this.app;
    const failure = await chooseProbe(ports, this.device.record.id, choice.ref, this.level);
    if (failure !== null) return notices.problem(storageWords(failure).what);
    this.choosing = false;
    notices.done("The probe is chosen. Verify the bond to see whether it proves it.");
  }
}

customElements.define("device-probe", DeviceProbe);
declare global {
  interface HTMLElementTagNameMap {
    "device-probe": DeviceProbe;
  }
}
