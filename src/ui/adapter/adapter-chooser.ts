import { LitElement, type PropertyValues, type TemplateResult, css, html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { AdapterQuestions, HeardChoice } from "../../state/adapter/questions.ts";
import { base } from "../base.css.ts";
import { controls } from "../controls.css.ts";
import { deviceName } from "../device-name.ts";
import { dialogStyles } from "../dialog.css.ts";
import { Watch } from "../watch.ts";

/** More are not shown; in such a crowd a person filters in the scanner. */
const SHOWN = 60;

/** Stands where the browser's own list would be: devices as they are heard by our adapter. */
export class AdapterChooser extends LitElement {
  static override properties = { state: { attribute: false } };
  static override styles = [
    base,
    controls,
    dialogStyles,
    css`
      ul {
        display: grid;
        gap: var(--space-2);
        max-height: 50vh;
        margin: var(--space-2) 0;
        padding: 0;
        overflow-y: auto;
        list-style: none;
      }
      li button {
        display: flex;
        justify-content: space-between;
        width: 100%;
        text-align: start;
      }
    `,
  ];

  declare state: AdapterQuestions;
  readonly #question = Watch.whole(this, () => this.state.chooser);

  protected override render(): TemplateResult | typeof nothing {
    const question = this.#question.value;
    if (question === null) return nothing;
    const { heard } = question;
    return html`<dialog aria-labelledby="title" @close=${() => question.answer(null)}>
      <h2 id="title">Devices in range</h2>
      ${
        heard.length === 0
          ? html`<p role="status">Listening … Put the device in pairing mode and bring it near.</p>`
          : html`<ul>
              ${repeat(
                heard.slice(0, SHOWN),
                ({ id }) => id,
                (choice) =>
                  html`<li><button @click=${() => question.answer(choice.id)}>${line(choice)}</button></li>`,
              )}
            </ul>`
      }
      ${heard.length > SHOWN ? html`<p class="quiet">and ${heard.length - SHOWN} more</p>` : nothing}
      <p class="row answers"><button @click=${() => question.answer(null)}>Close the list</button></p>
    </dialog>`;
  }

  protected override updated(_changed: PropertyValues): void {
    const dialog = this.renderRoot.querySelector("dialog");
    if (dialog !== null && !dialog.open) dialog.showModal();
  }
}

function line({ name, rssi, bonded }: HeardChoice): TemplateResult {
  return html`<span>${deviceName(name ?? "")}</span
    ><span class="quiet small">${bonded ? "bonded " : ""}${rssi === undefined ? "" : `${rssi} dBm`}</span>`;
}

customElements.define("adapter-chooser", AdapterChooser);
declare global {
  interface HTMLElementTagNameMap {
    "adapter-chooser": AdapterChooser;
  }
}
