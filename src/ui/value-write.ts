import { LitElement, type TemplateResult, css, html, nothing } from "lit";
import type { Abilities } from "../state/gatt-tree.ts";
import { encodeInput, WRITE_FORMATS, type WriteFormat } from "../state/values-encode.ts";
import { hexOf } from "../state/values-octets.ts";
import { base } from "./base.css.ts";
import { controls } from "./controls.css.ts";
import { octetsWord, writeFormatWord, writeHint, wrongWord } from "./value-words.ts";

/** What `value-write` asks its screen to do. */
export interface WriteRequest {
  readonly bytes: Uint8Array;
  readonly response: boolean;
}

/** A form for one value. Shows the octets before they go; sends nothing that is not exactly what was typed. */
export class ValueWrite extends LitElement {
  static override properties = {
    can: { attribute: false },
    busy: { type: Boolean },
    input: { state: true },
    format: { state: true },
    response: { state: true },
    tried: { state: true },
  };
  static override styles = [
    base,
    controls,
    css`
      form {
        display: grid;
        gap: var(--space-3);
      }
      .fields {
        display: grid;
        grid-template-columns: minmax(0, 15rem) minmax(0, 1fr);
        align-items: start;
        gap: var(--space-3);
      }
      label.choice {
        display: flex;
        align-items: center;
        gap: var(--space-2);
        min-height: var(--touch);
      }
      @media (max-width: 40rem) {
        .fields {
          grid-template-columns: 1fr;
        }
      }
    `,
  ];

  declare can: Abilities;
  declare busy: boolean;
  declare input: string;
  declare format: WriteFormat;
  /** Null: as the characteristic likes it best. */
  declare response: boolean | null;
  declare tried: boolean;

  constructor() {
    super();
    this.can = { read: false, write: true, writeWithoutResponse: false, subscribe: false };
    this.busy = false;
    this.input = "";
    this.format = "hex";
    this.response = null;
    this.tried = false;
  }

  protected override render(): TemplateResult {
    const encoded = encodeInput(this.input, this.format);
    const wrong = encoded.kind === "wrong" && this.tried ? wrongWord(encoded.why, this.format) : null;
    return html`<form @submit=${(event: SubmitEvent) => this.#submit(event)}>
      <div class="fields">
        <div class="field">
          <label for="format">Write as</label>
          <select id="format" @change=${(event: Event) => this.#choose(event)}>
            ${WRITE_FORMATS.map(
              (format) =>
                html`<option .value=${format} ?selected=${format === this.format}>${writeFormatWord(format)}</option>`,
            )}
          </select>
        </div>
        <div class="field">
          <label for="value">Value to write</label>
          <input
            id="value"
            autocomplete="off"
            autocapitalize="off"
            spellcheck="false"
            .value=${this.input}
            aria-describedby="hint"
            aria-invalid=${wrong === null ? "false" : "true"}
            @input=${(event: Event) => this.#type(event)}
          />
          ${
            wrong === null
              ? html`<p class="hint" id="hint">
                  ${encoded.kind === "octets" && this.input !== "" ? this.#preview(encoded.bytes) : writeHint(this.format)}
                </p>`
              : html`<p class="error" id="hint" role="alert">${wrong}</p>`
          }
        </div>
      </div>
      ${this.can.write && this.can.writeWithoutResponse ? this.#choice() : nothing}
      <div class="row">
        <button type="submit" ?disabled=${this.busy}>${this.busy ? "Writing …" : "Write"}</button>
      </div>
    </form>`;
  }

  #preview(bytes: Uint8Array): TemplateResult {
    const shown = hexOf(bytes.subarray(0, 24));
    return html`Sends ${octetsWord(bytes.length)}: <code>${shown}${bytes.length > 24 ? " …" : ""}</code>`;
  }

  #choice(): TemplateResult {
    return html`<label class="choice">
      <input
        type="checkbox"
        .checked=${this.#withResponse}
        @change=${(event: Event) => {
          if (event.target instanceof HTMLInputElement) this.response = event.target.checked;
        }}
      />
      Ask the device to confirm the write
    </label>`;
  }

  get #withResponse(): boolean {
    return this.can.write && (this.response ?? true);
  }

  #choose(event: Event): void {
    const { target } = event;
    if (!(target instanceof HTMLSelectElement)) return;
    this.format = WRITE_FORMATS.find((format) => format === target.value) ?? this.format;
    this.tried = this.input !== "";
  }

  #type(event: Event): void {
    if (event.target instanceof HTMLInputElement) this.input = event.target.value;
    this.tried = this.input !== "" && this.format !== "hex" ? true : this.tried && this.input !== "";
  }

  #submit(event: SubmitEvent): void {
    event.preventDefault();
    this.tried = true;
    const encoded = encodeInput(this.input, this.format);
    if (encoded.kind === "wrong" || this.busy) return;
    const detail: WriteRequest = { bytes: encoded.bytes, response: this.#withResponse };
    this.dispatchEvent(new CustomEvent<WriteRequest>("write-value", { detail }));
  }
}

customElements.define("value-write", ValueWrite);
declare global {
  interface HTMLElementTagNameMap {
    "value-write": ValueWrite;
  }
}
