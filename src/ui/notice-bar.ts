import { LitElement, type TemplateResult, css, html, nothing } from "lit";
import type { Notices } from "../state/notices.ts";
import { base } from "./base.css.ts";
import { controls } from "./controls.css.ts";
import { icon } from "./icons.ts";
import { Watch } from "./watch.ts";

/** What was just done, with its undo; and the page's one live region. */
export class NoticeBar extends LitElement {
  static override properties = { notices: { attribute: false } };
  static override styles = [
    base,
    controls,
    css`
      :host {
        position: fixed;
        z-index: 5;
        right: var(--space-4);
        bottom: calc(var(--bar, 0px) + var(--space-4) + env(safe-area-inset-bottom));
        left: var(--space-4);
        display: grid;
        justify-items: center;
        pointer-events: none;
      }
      .bar {
        display: flex;
        align-items: center;
        gap: var(--space-2) var(--space-3);
        max-width: 44rem;
        padding: var(--space-2) var(--space-2) var(--space-2) var(--space-5);
        border: 2px solid var(--line-strong);
        border-radius: var(--radius-l);
        background: var(--ink);
        color: var(--ground);
        box-shadow: var(--shadow-raised);
        pointer-events: auto;
      }
      .bar > span {
        flex: 1;
        padding: var(--space-2) 0;
        overflow-wrap: anywhere;
      }
      button {
        border-color: var(--ground);
        background: none;
        color: inherit;
      }
      button:hover {
        background: color-mix(in srgb, var(--ground) 18%, transparent);
      }
      button:focus-visible {
        outline-color: var(--ground);
      }
      .close {
        padding: 0;
        width: var(--touch);
        border-color: transparent;
      }
    `,
  ];

  declare notices: Notices;
  readonly #notice = Watch.whole(this, () => this.notices.notice);
  readonly #spoken = Watch.whole(this, () => this.notices.spoken);

  protected override render(): TemplateResult {
    const notice = this.#notice.value;
    return html`
      <div class="visually-hidden" role="status" aria-live="polite">${this.#spoken.value}</div>
      ${
        notice === null
          ? nothing
          : html`<section class="bar" aria-label="Message">
              <span>${notice.tone === "problem" ? "✕ " : ""}${notice.text}</span>
              ${notice.undo === null ? nothing : html`<button @click=${() => this.notices.undo()}>Undo</button>`}
              <button class="close" aria-label="Close this message" @click=${() => this.notices.close()}>
                ${icon("close")}
              </button>
            </section>`
      }
    `;
  }
}

customElements.define("notice-bar", NoticeBar);
declare global {
  interface HTMLElementTagNameMap {
    "notice-bar": NoticeBar;
  }
}
