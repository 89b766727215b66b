import { LitElement, type TemplateResult, css, html, nothing } from "lit";
import type { FirmwarePanel, FirmwareProblem } from "../../state/adapter/firmware.ts";
import type { Grade } from "../../link/hci/grader/grade.ts";
import { base } from "../base.css.ts";
import { controls } from "../controls.css.ts";
import { surfaces } from "../surfaces.css.ts";
import { Watch } from "../watch.ts";

const PROBLEMS: Readonly<Record<FirmwareProblem, string>> = {
  "unknown-file": "This is no firmware file for Bluetooth dongles. Look for the one that is named above.",
  damaged: "The file is cut short or was changed. Get it once more.",
  "too-large": "The file is too large to be one.",
  "wrong-chip": "The file is for another chip.",
  "not-stored": "The file is right, but it could not be stored. Free space on this computer, then try again.",
  unreadable: "The browser could not read the file. Pick it once more.",
};

/** The firmware of one model of dongle: is it here, bring it, take it away. */
export class AdapterFirmware extends LitElement {
  static override properties = { panel: { attribute: false }, grade: { attribute: false } };
  static override styles = [
    base,
    controls,
    surfaces,
    css`
      section {
        justify-items: start;
      }
      form {
        display: grid;
        gap: var(--space-3);
      }
      code {
        overflow-wrap: anywhere;
      }
      progress {
        width: 100%;
      }
    `,
  ];

  declare panel: FirmwarePanel;
  declare grade: Grade;
  readonly #view = Watch.whole(this, () => this.panel.view);
  readonly #progress = Watch.whole(this, () => this.panel.progress);

  protected override render(): TemplateResult | typeof nothing {
    const { firmware, ids } = this.grade;
    if (firmware === null) return nothing;
    const entry = this.#view.value.entries.find(({ id }) => id === ids);
    const progress = this.#progress.value;
    return html`<section class="card" aria-label="Firmware">
      <h2>Firmware</h2>
      ${
        entry === undefined
          ? html`<p>
              ${firmware.needed ? "This dongle needs" : "This dongle works better with"} the file
              <code>${firmware.file}</code>. It belongs to the maker of the chip, so it is not part of Bondkeeper: take it
              from the linux-firmware package, or from the maker's driver.
            </p>`
          : html`<p>
                <b><bdi>${entry.name}</bdi></b>, ${entry.octets} octets, SHA-256 <code>${entry.digest}</code>
                ${entry.damaged ? html`<br /><strong>Damaged: add it anew.</strong>` : nothing}
              </p>
              <button @click=${() => void this.panel.remove(entry.id)}>Remove the file</button>`
      }
      ${
        progress === null
          ? nothing
          : html`<label>Sending it to the dongle: leave it plugged in
              <progress max=${progress.of} value=${progress.sent}></progress
            ></label>`
      }
      ${this.#form(entry === undefined ? "Add the file" : "Use another file", firmware.family === "realtek")}
    </section>`;
  }

  #form(label: string, takesConfig: boolean): TemplateResult {
    const { problem, busy } = this.#view.value;
    return html`<form @submit=${(event: SubmitEvent) => void this.#bring(event)}>
      <div class="field">
        <label for="file">Firmware file</label>
        <input id="file" type="file" required aria-describedby="problem" />
      </div>
      ${
        takesConfig
          ? html`<div class="field">
              <label for="config">Configuration that goes with it, if there is one</label>
              <input id="config" type="file" />
            </div>`
          : nothing
      }
      <p id="problem" role="alert">${problem === null ? nothing : PROBLEMS[problem]}</p>
      <button type="submit" class="primary" ?disabled=${busy}>${label}</button>
    </form>`;
  }

  async #bring(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const picked = (id: string): File | null =>
      this.renderRoot.querySelector<HTMLInputElement>(`#${id}`)?.files?.[0] ?? null;
    const file = picked("file");
    if (file !== null) await this.panel.bring(this.grade, file, picked("config"));
  }
}

customElements.define("adapter-firmware", AdapterFirmware);
declare global {
  interface HTMLElementTagNameMap {
    "adapter-firmware": AdapterFirmware;
  }
}
