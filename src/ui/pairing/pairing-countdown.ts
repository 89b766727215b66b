import { LitElement, type TemplateResult, css, html } from "lit";
import { base } from "../base.css.ts";

const WHOLE_MS = 30_000;
const TICK_MS = 250;
/** When assistive technology is told; in between it would only chatter. */
const TOLD_AT = [20, 10, 5];

/** How long the question still stands, as a word and as a bar. */
export class PairingCountdown extends LitElement {
  static override properties = {
    until: { attribute: false },
    now: { attribute: false },
    what: {},
    left: { state: true },
  };
  static override styles = [
    base,
    css`
      p {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        align-items: center;
        gap: var(--space-3);
        max-width: none;
        color: var(--ink-2);
        font-variant-numeric: tabular-nums;
      }
      progress {
        width: 100%;
        height: 0.5rem;
        accent-color: var(--accent);
      }
    `,
  ];

  /** Milliseconds since 1970. */
  declare until: number;
  declare now: () => number;
  declare what: "answer" | "wait";
  declare left: number;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor() {
    super();
    this.until = 0;
    this.what = "answer";
    this.left = 0;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  protected override willUpdate(): void {
    this.left = Math.max(0, this.until - this.now());
  }

  protected override render(): TemplateResult {
    const seconds = Math.ceil(this.left / 1000);
    const told = TOLD_AT.findLast((at) => seconds <= at);
    if (this.what === "wait") {
      const words =
        seconds > 0
          ? `The next attempt has to wait ${seconds} s, so that nobody can guess codes quickly.`
          : "You can try again now.";
      return html`<p><span>${words}</span></p>
        <span class="visually-hidden" role="status">${seconds > 0 ? "" : words}</span>`;
    }
    return html`<p>
        <progress max=${WHOLE_MS} .value=${Math.min(WHOLE_MS, this.left)} aria-label="Time to answer"></progress>
        <span>${seconds} s left</span>
      </p>
      <span class="visually-hidden" role="status">${told === undefined ? "" : `Less than ${told} seconds left`}</span>`;
  }

  #tick(): void {
    this.left = Math.max(0, this.until - this.now());
  }
}

customElements.define("pairing-countdown", PairingCountdown);
declare global {
  interface HTMLElementTagNameMap {
    "pairing-countdown": PairingCountdown;
  }
}
