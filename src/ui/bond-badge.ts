import { LitElement, type TemplateResult, css, html } from "lit";
import type { BondState } from "../bonds/evidence.ts";
import { base } from "./base.css.ts";
import { stateDetail, stateWord } from "./bond-words.ts";
import { tally } from "./tally.ts";

/**
 * The state of a bond as shape, word and, last, colour.
 * `look`: "pill" (shape, word, detail), "mark" (the shape alone, hidden from assistive technology).
 */
export class BondBadge extends LitElement {
  static override properties = {
    state: { attribute: false },
    now: { attribute: false },
    look: { reflect: true },
  };
  static override styles = [
    base,
    css`
      :host {
        display: inline-flex;
        align-items: center;
        gap: var(--space-2);
      }
      .pill {
        display: inline-flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0 var(--space-2);
        padding: var(--space-1) var(--space-3) var(--space-1) var(--space-2);
        border-radius: 1.25rem;
        line-height: 1.3;
      }
      svg {
        flex: none;
        width: 1.75rem;
        height: 1.75rem;
      }
      :host([look="mark"]) svg {
        width: var(--mark-size, 3rem);
        height: var(--mark-size, 3rem);
      }
      b {
        font-family: var(--font-sign);
      }
      .proven-now {
        color: var(--proven);
        background: var(--proven-wash);
      }
      .proven {
        color: var(--before);
        background: var(--before-wash);
      }
      .recorded,
      .archived {
        color: var(--recorded);
        background: var(--recorded-wash);
      }
      .suspect {
        color: var(--suspect);
        background: var(--suspect-wash);
      }
      svg.mark {
        background: none;
      }
      svg.proven-now {
        color: var(--proven-sign);
      }
      svg.proven {
        color: var(--before-sign);
      }
      svg.recorded,
      svg.archived {
        color: var(--recorded-sign);
      }
      svg.suspect {
        color: var(--suspect-sign);
      }
      @media (forced-colors: active) {
        .pill {
          border: 1px solid CanvasText;
        }
      }
    `,
  ];

  declare state: BondState;
  /** Milliseconds since 1970; ages are counted from here. */
  declare now: number;
  declare look: "pill" | "mark";

  constructor() {
    super();
    this.state = { kind: "recorded" };
    this.now = Date.now();
    this.look = "pill";
  }

  protected override render(): TemplateResult {
    const { state } = this;
    const sign = html`<svg class="mark ${state.kind}" viewBox="0 0 32 32" aria-hidden="true">${tally(state.kind)}</svg>`;
    if (this.look === "mark") return sign;
    return html`<span class="pill ${state.kind}">
      <svg viewBox="0 0 32 32" aria-hidden="true">${tally(state.kind)}</svg>
      <b>${stateWord(state)}</b> <span>${stateDetail(state, this.now)}</span>
    </span>`;
  }
}

customElements.define("bond-badge", BondBadge);
declare global {
  interface HTMLElementTagNameMap {
    "bond-badge": BondBadge;
  }
}
