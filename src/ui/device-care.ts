import { type TemplateResult, css, html, nothing } from "lit";
import { displayName } from "../bonds/record.ts";
import { exactTime } from "./age.ts";
import { shortUuid, serviceName } from "../state/assigned-numbers.ts";
import { base } from "./base.css.ts";
import { controls } from "./controls.css.ts";
import { deviceName } from "./device-name.ts";
import { DevicePart } from "./device-part.ts";
import { transportWord } from "./device-words.ts";
import { icon } from "./icons.ts";
import { quirkWords } from "./quirk-words.ts";
import { storageWords } from "./storage-words.ts";
import { surfaces } from "./surfaces.css.ts";

/** The record itself: its facts, taking it along, replacing the bond, letting go. */
export class DeviceCare extends DevicePart {
  static override styles = [
    base,
    controls,
    surfaces,
    css`
      :host {
        container-type: inline-size;
      }
      ul {
        display: grid;
        gap: var(--space-1);
        padding: 0;
        list-style: none;
      }
      /* In a column of its own width: a UUID must not be broken into many short lines. */
      @container (max-width: 36rem) {
        .facts {
          grid-template-columns: minmax(0, 1fr);
          gap: 0;
        }
        .facts dd {
          margin-bottom: var(--space-3);
        }
      }
    `,
  ];

  protected override render(): TemplateResult {
    const { record, quirk } = this.device;
    return html`<section class="card" aria-labelledby="title">
      <h2 id="title">The record</h2>
      <dl class="facts">
        <dt>It calls itself</dt>
        <dd>${deviceName(record.name)}</dd>
        <dt>Added</dt>
        <dd>${exactTime(record.createdAt)}</dd>
        <dt>Reached over</dt>
        <dd>${transportWord(record.transport)}</dd>
        <dt>Services asked for</dt>
        <dd>
          <ul>
            ${record.services.map((uuid) => html`<li>${serviceName(uuid) ?? ""} <code>${shortUuid(uuid)}</code></li>`)}
          </ul>
        </dd>
        <dt>Browser’s number for it</dt>
        <dd>${record.platformId === null ? "none now" : html`<code>${record.platformId}</code>, a hint that may change`}</dd>
        <dt>Proofs kept</dt>
        <dd>${record.proofs.length}</dd>
        ${quirk === null ? nothing : html`<dt>Patience</dt><dd>${quirkWords(quirk)}</dd>`}
      </dl>
      <p class="row">
        <button @click=${() => void this.#export()}>${icon("download")} Export as JSON</button>
        ${record.archived === null ? this.#letGo() : nothing}
      </p>
      <p class="small quiet">
        The export holds no key: the browser never shows one. Forgetting can be undone until you delete the record.
      </p>
    </section>`;
  }

  /** What an archived record does not offer. */
  #letGo(): TemplateResult {
    const { proof, state } = this.device;
    return html`${
      state.kind === "suspect" || proof === null
        ? nothing
        : html`<button ?disabled=${this.locked} @click=${() => void this.screen.run("repair")}>Repair anyway</button>`
    }
      <button class="danger" ?disabled=${this.locked} @click=${() => void this.#forget()}>Forget this device</button>`;
  }

  async #export(): Promise<void> {
    this.report(await this.screen.save(), "The record is saved as a file.");
  }

  async #forget(): Promise<void> {
    const { notices } = this.app;
    const name = displayName(this.device.record);
    const failure = await this.screen.forget();
    if (failure !== null) return notices.problem(storageWords(failure).what);
    notices.done(`${name === "" ? "The device" : name} is forgotten here. Its record is kept aside.`, () => {
      void this.screen.restore();
    });
  }
}

customElements.define("device-care", DeviceCare);
declare global {
  interface HTMLElementTagNameMap {
    "device-care": DeviceCare;
  }
}
