import { LitElement, type PropertyValues, type TemplateResult, css, html, nothing } from "lit";
import type { Demo } from "../state/demo.ts";
import { base } from "./base.css.ts";
import { controls } from "./controls.css.ts";
import { Watch } from "./watch.ts";

/** Stands where the browser's own list would be; looks unlike it, so that nobody takes one for the other. */
export class DemoChooser extends LitElement {
  static override properties = { demo: { attribute: false } };
  static override styles = [
    base,
    controls,
    css`
      dialog {
        width: min(28rem, calc(100vw - 2rem));
        margin-top: 4rem;
        padding: var(--space-5);
        border: 3px dashed var(--line-strong);
        border-radius: var(--radius-l);
        background: var(--surface);
        color: var(--ink);
        box-shadow: var(--shadow-raised);
      }
      dialog::backdrop {
        background: rgb(9 14 25 / 40%);
      }
      ul {
        display: grid;
        gap: var(--space-2);
        margin: var(--space-4) 0;
        padding: 0;
        list-style: none;
      }
      li button {
        justify-content: start;
        width: 100%;
      }
    `,
  ];

  declare demo: Demo;
  readonly #question = Watch.whole(this, () => this.demo.question);

  protected override render(): TemplateResult | typeof nothing {
    const question = this.#question.value;
    if (question === null) return nothing;
    return html`<dialog aria-labelledby="title" @close=${() => question.answer(null)}>
      <h2 id="title">Demo devices in range</h2>
      ${
        question.devices.length === 0
          ? html`<p>None fits. As in the real list, it would stay empty.</p>`
          : html`<ul>
              ${question.devices.map(
                ({ key, name }) =>
                  html`<li><button @click=${() => question.answer(key)}>${name}</button></li>`,
              )}
            </ul>`
      }
      <button @click=${() => question.answer(null)}>Close the list</button>
    </dialog>`;
  }

  protected override updated(_changed: PropertyValues): void {
    const dialog = this.renderRoot.querySelector("dialog");
    if (dialog !== null && !dialog.open) dialog.showModal();
  }
}

customElements.define("demo-chooser", DemoChooser);
declare global {
  interface HTMLElementTagNameMap {
    "demo-chooser": DemoChooser;
  }
}
