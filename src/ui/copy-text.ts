import { LitElement, type TemplateResult, css, html } from "lit";
import { base } from "./base.css.ts";
import { controls } from "./controls.css.ts";
import { icon } from "./icons.ts";

/** A text to take elsewhere, with a button that copies it. Where copying is not allowed, the text can be selected. */
export class CopyText extends LitElement {
  static override properties = { text: {}, label: {}, shown: { type: Boolean }, copied: { state: true } };
  static override styles = [
    base,
    controls,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--space-2);
        max-width: 100%;
      }
      code {
        padding: var(--space-2) var(--space-3);
        border: 1px solid var(--line);
        border-radius: var(--radius);
        background: var(--surface-2);
        user-select: all;
      }
    `,
  ];

  declare text: string;
  /** What the button says. */
  declare label: string;
  /** Shows the text beside the button. */
  declare shown: boolean;
  declare copied: "no" | "yes" | "refused";

  constructor() {
    super();
    this.text = "";
    this.label = "Copy";
    this.shown = false;
    this.copied = "no";
  }

  protected override render(): TemplateResult {
    const words = { no: this.label, yes: "Copied", refused: "Not allowed: select it by hand" };
    return html`${this.shown || this.copied === "refused" ? html`<code tabindex="0">${this.text}</code>` : ""}
      <button @click=${() => void this.#copy()}>${icon("copy")} ${words[this.copied]}</button>
      <span class="visually-hidden" role="status">${this.copied === "no" ? "" : words[this.copied]}</span>`;
  }

  async #copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.text);
      this.copied = "yes";
    } catch {
      this.copied = "refused";
    }
  }
}

customElements.define("copy-text", CopyText);
declare global {
  interface HTMLElementTagNameMap {
    "copy-text": CopyText;
  }
}
