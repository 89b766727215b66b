import { LitElement, type TemplateResult, css, html, svg } from "lit";
import { base } from "./base.css.ts";

/** `failed`: no bond came about. `refused`: the bond there was is suspect. `open`: nothing was learned about it. */
export type Outcome = "proven" | "failed" | "refused" | "open";

/**
 * The two halves of the tally coming together as a procedure goes on. They join only for a proof; for a refusal they
 * stand sheared. The movement is the progress; without motion the places stay the same.
 */
export class BondHalves extends LitElement {
  static override properties = { progress: { type: Number }, outcome: { reflect: true } };
  static override styles = [
    base,
    css`
      :host {
        display: inline-block;
        flex: none;
      }
      svg {
        display: block;
        width: calc(var(--halves, 4.5rem) * 1.25);
        height: var(--halves, 4.5rem);
        overflow: visible;
      }
      path {
        fill: currentcolor;
        transition: transform var(--slow) var(--ease);
      }
      /* Not green, though it succeeded: green is a link that is up, and a procedure lets go of its link. */
      :host([outcome="running"]),
      :host([outcome="proven"]) {
        color: var(--accent);
      }
      :host([outcome="failed"]) {
        color: var(--recorded-sign);
      }
      :host([outcome="refused"]) {
        color: var(--suspect-sign);
      }
      :host([outcome="open"]) {
        color: var(--recorded-sign);
      }
      .left[data-apart="0"] {
        transform: translateX(-1px);
      }
      .right[data-apart="0"] {
        transform: translateX(1px);
      }
      .left[data-apart="1"] {
        transform: translateX(-2px);
      }
      .right[data-apart="1"] {
        transform: translateX(2px);
      }
      .left[data-apart="2"] {
        transform: translateX(-4px);
      }
      .right[data-apart="2"] {
        transform: translateX(4px);
      }
      .left[data-apart="3"] {
        transform: translateX(-6px);
      }
      .right[data-apart="3"] {
        transform: translateX(6px);
      }
      .left[data-apart="4"] {
        transform: translateX(-8px);
      }
      .right[data-apart="4"] {
        transform: translateX(8px);
      }
      .left[data-apart="sheared"] {
        transform: translate(-1px, -4px);
      }
      .right[data-apart="sheared"] {
        transform: translate(3px, 5px);
      }
      .link {
        fill: none;
        stroke: currentcolor;
        stroke-width: 1.5;
        stroke-dasharray: 1.5 2.5;
        opacity: 0.7;
      }
    `,
  ];

  /** 0 to 1 */
  declare progress: number;
  declare outcome: "running" | Outcome;

  constructor() {
    super();
    this.progress = 0;
    this.outcome = "running";
  }

  protected override render(): TemplateResult {
    const apart = this.#apart();
    return html`<svg viewBox="-4 0 40 32" aria-hidden="true">
      ${apart === "4" || apart === "3" ? svg`<path class="link" d="M12 16 H20"></path>` : ""}
      <path class="left" data-apart=${apart} d="M16 4.5 A11.5 11.5 0 0 0 16 27.5 L18.6 21.75 L13.4 16 L18.6 10.25 Z"></path>
      <path class="right" data-apart=${apart} d="M16 4.5 L18.6 10.25 L13.4 16 L18.6 21.75 L16 27.5 A11.5 11.5 0 0 0 16 4.5 Z"></path>
    </svg>`;
  }

  #apart(): string {
    if (this.outcome === "proven") return "0";
    if (this.outcome === "refused" || this.outcome === "failed") return "sheared";
    if (this.outcome === "open") return "3";
    // Nothing is joined before it is proven: the last step of the way stays open.
    return String(Math.max(1, 4 - Math.floor(this.progress * 4)));
  }
}

customElements.define("bond-halves", BondHalves);
declare global {
  interface HTMLElementTagNameMap {
    "bond-halves": BondHalves;
  }
}
