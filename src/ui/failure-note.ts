import { LitElement, type TemplateResult, html, nothing } from "lit";
import type { Failure } from "../link/failure.ts";
import type { System } from "../state/platform.ts";
import { advice, adviceStyles } from "./advice-view.ts";
import { base } from "./base.css.ts";
import { explain } from "./explain.ts";
import { surfaces } from "./surfaces.css.ts";

/** A failure in words, beside what failed. */
export class FailureNote extends LitElement {
  static override properties = { failure: { attribute: false }, system: {} };
  static override styles = [base, surfaces, adviceStyles];

  declare failure: Failure | null;
  declare system: System;

  constructor() {
    super();
    this.failure = null;
    this.system = "unknown";
  }

  protected override render(): TemplateResult | typeof nothing {
    if (this.failure === null) return nothing;
    return html`<div class="note bad" role="alert">${advice(explain(this.failure, this.system))}</div>`;
  }
}

customElements.define("failure-note", FailureNote);
declare global {
  interface HTMLElementTagNameMap {
    "failure-note": FailureNote;
  }
}
