import { LitElement, type TemplateResult, css, html, nothing } from "lit";
import type { StorageFailure } from "../storage/ports.ts";
import { base } from "./base.css.ts";
import { controls } from "./controls.css.ts";
import { storageWords } from "./storage-words.ts";
import { surfaces } from "./surfaces.css.ts";

/** The storage cannot be used. Never an empty list: says what happened, what was not touched, and the way out. */
export class StorageTrouble extends LitElement {
  static override properties = { failure: { attribute: false } };
  static override styles = [
    base,
    controls,
    surfaces,
    css`
      .note {
        padding: var(--space-5);
      }
    `,
  ];

  declare failure: StorageFailure;

  constructor() {
    super();
    this.failure = { kind: "terminated" };
  }

  protected override render(): TemplateResult {
    const { failure } = this;
    const { what, advice } = storageWords(failure);
    const detail = "detail" in failure && failure.detail !== "" ? failure.detail : null;
    return html`<div class="note bad" role="alert">
      <h2>${what}</h2>
      <p>${advice}</p>
      ${detail === null ? nothing : html`<p class="small"><span class="quiet">The browser said:</span> <code>${detail}</code></p>`}
      <p class="row">
        <button class="primary" @click=${() => this.dispatchEvent(new CustomEvent("retry"))}>Try again</button>
        <button @click=${() => location.reload()}>Reload the page</button>
      </p>
    </div>`;
  }
}

customElements.define("storage-trouble", StorageTrouble);
declare global {
  interface HTMLElementTagNameMap {
    "storage-trouble": StorageTrouble;
  }
}
