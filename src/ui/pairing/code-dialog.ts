import { LitElement, type TemplateResult, css, html, nothing } from "lit";
import { NO_SIMULATION, type Simulation } from "../../state/adapter/simulation.ts";
import { MAX_OOB_TEXT, type OobRefusal } from "../../state/oob.ts";
import { base } from "../base.css.ts";
import { controls } from "../controls.css.ts";
import { deviceName } from "../device-name.ts";
import { dialogStyles } from "../dialog.css.ts";
import { Watch } from "../watch.ts";
import { aboutDevice } from "./about-device.css.ts";
import { oobRefusalWords } from "./oob-words.ts";
import "../copy-text.ts";

/** What a code is taken for: the words of the dialog, and whom it is given. */
export interface CodeUse {
  readonly title: string;
  readonly yes: string;
  readonly no: string;
  /** Of the device, as it is shown. */
  readonly address: string;
  /** Returns what is wrong with the code; null where it was taken. */
  take(text: string): OobRefusal | null;
}

/**
 * Takes the code that a device gave over another way than the radio. What was typed is in no attribute and in no event,
 * and goes with the dialog.
 */
export class CodeDialog extends LitElement {
  static override properties = {
    device: { attribute: false },
    use: { attribute: false },
    room: { attribute: false },
    refusal: { state: true },
  };
  static override styles = [
    base,
    controls,
    dialogStyles,
    aboutDevice,
    css`
      .hint {
        margin-bottom: var(--space-2);
      }
      textarea {
        font-family: var(--font-code);
        overflow-wrap: anywhere;
      }
      .simulated {
        display: grid;
        gap: var(--space-2);
      }
      .simulated code {
        overflow-wrap: anywhere;
        user-select: all;
      }
    `,
  ];

  /** What it calls itself, or is called here. */
  declare device: string;
  declare use: CodeUse;
  /** Devices that are made of code: the only place to read their tags while this dialog is open. */
  declare room: Pick<Simulation, "view"> | null;
  declare refusal: OobRefusal | null;
  readonly #room = Watch.whole(this, () => this.room?.view ?? NO_SIMULATION);

  constructor() {
    super();
    this.room = null;
    this.refusal = null;
  }

  async ask(): Promise<void> {
    this.refusal = null;
    await this.updateComplete;
    this.#dialog?.showModal();
    this.#field?.focus();
  }

  protected override render(): TemplateResult {
    const { device, refusal, use } = this;
    return html`<dialog aria-labelledby="title" @close=${() => this.#forget()}>
      <form class="stack" @submit=${(event: SubmitEvent) => this.#submit(event)}>
        <p class="who">${deviceName(device)} <code>${use.address}</code></p>
        <h2 id="title">${use.title}</h2>
        <p>Take it from the device itself: its NFC tag, the QR code on its label, or the app or cable it came with. Never from a message or a page of somebody else.</p>
        <div class="field">
          <label for="code">The code, in hexadecimal</label>
          <p class="hint" id="hint">All that is on the NFC tag (its NDEF message), or the payload of its record <code>application/vnd.bluetooth.le.oob</code>. Or two lines of 32 digits: first the confirmation value, then the random value, in the order in which tags hold them.</p>
          <textarea
            id="code"
            rows="5"
            maxlength=${MAX_OOB_TEXT + 1}
            autocomplete="off"
            autocapitalize="off"
            autocorrect="off"
            spellcheck="false"
            aria-describedby=${refusal === null ? "hint" : "wrong hint"}
            aria-invalid=${refusal === null ? "false" : "true"}
            @input=${() => (this.refusal = null)}
          ></textarea>
          ${
            refusal === null
              ? nothing
              : html`<p class="error" id="wrong" role="alert">${oobRefusalWords(refusal, use.address)}</p>`
          }
        </div>
        ${this.#room.value.devices.map(({ name, code }) =>
          code === null
            ? nothing
            : html`<div class="simulated">
                <p>Simulation: the tag of <b>${name}</b> reads</p>
                <code>${code}</code>
                <copy-text label="Copy it" .text=${code}></copy-text>
              </div>`,
        )}
        <p class="small quiet">It is used for this one pairing, and kept nowhere.</p>
        <div class="row answers">
          <button type="button" @click=${() => this.#dialog?.close()}>${use.no}</button>
          <button type="submit" class="primary">${use.yes}</button>
        </div>
      </form>
    </dialog>`;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#forget();
  }

  get #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector("dialog");
  }

  get #field(): HTMLTextAreaElement | null {
    return this.renderRoot.querySelector("textarea");
  }

  #forget(): void {
    const field = this.#field;
    if (field !== null) field.value = "";
    this.refusal = null;
  }

  #submit(event: SubmitEvent): void {
    event.preventDefault();
    const field = this.#field;
    if (field === null) return;
    this.refusal = this.use.take(field.value);
    if (this.refusal === null) this.#dialog?.close();
    else field.focus();
  }
}

customElements.define("code-dialog", CodeDialog);
declare global {
  interface HTMLElementTagNameMap {
    "code-dialog": CodeDialog;
  }
}
