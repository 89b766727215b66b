import { type TemplateResult, css, html } from "lit";
import { rename, setAutoConnect, setLegacyAllowed, setMinimumLevel, setNotes } from "../state/device-edit.ts";
import type { StorageFailure } from "../storage/ports.ts";
import { base } from "./base.css.ts";
import type { ConfirmDialog } from "./confirm-dialog.ts";
import { controls } from "./controls.css.ts";
import { DevicePart } from "./device-part.ts";
import { LEVELS, levelWord } from "./device-words.ts";
import { LEGACY_WARNING } from "./pairing/legacy-warning.ts";
import { surfaces } from "./surfaces.css.ts";
import "./confirm-dialog.ts";

/** What a person may say about a device: its name here, notes, and the least level that counts. */
export class DeviceSettings extends DevicePart {
  static override styles = [
    base,
    controls,
    surfaces,
    css`
      form {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        align-items: end;
        gap: var(--space-3);
      }
      form.wide {
        grid-template-columns: 1fr;
      }
      form.wide button {
        justify-self: start;
      }
      label.check {
        display: flex;
        gap: var(--space-3);
        align-items: start;
      }
      .check .hint {
        display: block;
        color: var(--ink-2);
        font-size: var(--text-s);
      }
    `,
  ];

  protected override render(): TemplateResult {
    const { record } = this.device;
    const { locked } = this;
    return html`<section class="card" aria-labelledby="title">
      <h2 id="title">Name and notes</h2>
      ${locked ? html`<p class="quiet">Locked while the bond procedure runs.</p>` : ""}
      <form @submit=${(event: SubmitEvent) => this.#submit(event, "label")}>
        <div class="field">
          <label for="label">Your name for it</label>
          <input
            id="label"
            name="label"
            autocomplete="off"
            dir="auto"
            maxlength="248"
            placeholder=${record.name}
            .value=${record.label ?? ""}
            ?disabled=${locked}
          />
        </div>
        <button type="submit" ?disabled=${locked}>Rename</button>
      </form>
      <form class="wide" @submit=${(event: SubmitEvent) => this.#submit(event, "notes")}>
        <div class="field">
          <label for="notes">Notes</label>
          <textarea
            id="notes"
            name="notes"
            dir="auto"
            maxlength="4000"
            aria-describedby="notes-hint"
            .value=${record.notes}
            ?disabled=${locked}
          ></textarea>
          <p class="hint" id="notes-hint">Not encrypted. Keep passkeys and PINs elsewhere.</p>
        </div>
        <button type="submit" ?disabled=${locked}>Save the notes</button>
      </form>
      <div class="field">
        <label for="least">A proof counts from this level on</label>
        <select id="least" ?disabled=${locked} aria-describedby="least-hint" @change=${(event: Event) => this.#least(event)}>
          <option value="" ?selected=${record.minimumLevel === null}>any</option>
          ${LEVELS.map((level) => html`<option .value=${level} ?selected=${record.minimumLevel === level}>${levelWord(level)}</option>`)}
        </select>
        ${this.#leastHint()}
      </div>
      ${this.#pairing()}
    </section>`;
  }

  /** What is asked of this device where pairing is ours, and whether it may be reached without being asked. */
  #pairing(): TemplateResult {
    const { record } = this.device;
    const ours = this.app.ports.backend.capabilities.pairing === "explicit";
    return html`<label class="check">
        <input type="checkbox" .checked=${record.autoConnect} ?disabled=${this.locked} @change=${(event: Event) => this.#auto(event)} />
        <span>Reconnect by itself
          <span class="hint">Where it can be reached without a question. Never pairs.</span></span>
      </label>
      ${
        ours
          ? html`<label class="check">
                <input type="checkbox" .checked=${record.legacyAllowed === true} ?disabled=${this.locked}
                  @change=${(event: Event) => void this.#legacy(event)} />
                <span>Allow the old kind of pairing
                  <span class="hint">For a device that knows nothing else. Whoever listens while it pairs can find its keys.</span></span>
              </label>
              <confirm-dialog></confirm-dialog>`
          : ""
      }`;
  }

  #leastHint(): TemplateResult {
    const { encryption } = this.app.ports.backend.capabilities.reports;
    return html`<p class="hint" id="least-hint">
      ${
        encryption
          ? "A weaker bond ends with “below level”. The highest one is Secure Connections only."
          : "Here a level is only known from what the device demands for the probe. Where nobody said it, a verification says that it cannot be shown."
      }
    </p>`;
  }

  #submit(event: SubmitEvent, field: "label" | "notes"): void {
    event.preventDefault();
    const input = this.renderRoot.querySelector<HTMLInputElement | HTMLTextAreaElement>(`[name="${field}"]`);
    if (input === null || this.locked) return;
    const { id } = this.device.record;
    const work = field === "label" ? rename : setNotes;
    const words = field === "label" ? "The name is saved." : "The notes are saved.";
    void this.#say(work(this.app.ports, id, input.value), words);
  }

  #least(event: Event): void {
    if (!(event.target instanceof HTMLSelectElement)) return;
    const { value } = event.target;
    const level = LEVELS.find((level) => level === value) ?? null;
    void this.#say(setMinimumLevel(this.app.ports, this.device.record.id, level), "The level is saved.");
  }

  #auto(event: Event): void {
    if (!(event.target instanceof HTMLInputElement)) return;
    const on = event.target.checked;
    void this.#say(
      setAutoConnect(this.app.ports, this.device.record.id, on),
      on ? "It reconnects by itself." : "It waits to be asked.",
    );
  }

  /** Off at once; on only after the warning. */
  async #legacy(event: Event): Promise<void> {
    const box = event.target;
    if (!(box instanceof HTMLInputElement)) return;
    const dialog: ConfirmDialog | null = this.renderRoot.querySelector("confirm-dialog");
    const sure = !box.checked || (await dialog?.ask(LEGACY_WARNING)) === true;
    if (!sure) {
      box.checked = false;
      return;
    }
    const allowed = box.checked;
    const words = allowed
      ? "The old kind of pairing is allowed for this device."
      : "The old kind of pairing is off.";
    await this.#say(setLegacyAllowed(this.app.ports, this.device.record.id, allowed), words);
  }

  async #say(work: Promise<StorageFailure | null>, words: string): Promise<void> {
    this.report(await work, words);
  }
}

customElements.define("device-settings", DeviceSettings);
declare global {
  interface HTMLElementTagNameMap {
    "device-settings": DeviceSettings;
  }
}
