import { LitElement, type PropertyValues, type TemplateResult, css, html, nothing } from "lit";
import type { BondResult } from "../../bonds/result.ts";
import type { BondRecord } from "../../storage/records.ts";
import type { Bondkeeper } from "../bondkeeper.ts";
import { english, statusOf, type StatusTone, type StatusWords } from "./status-words.ts";
import { theme } from "./theme.css.ts";

/**
 * How one bond stands, for a page that uses it: `keeper` and `bondId` say which. It follows changes of this and other
 * tabs; its button proves the bond anew. Fires `bond-result` with the BondResult as `detail`.
 *
 * Parts: badge, text, time, problem, check. Attribute `no-check` leaves the button out.
 */
export class BondStatus extends LitElement {
  static override properties = {
    keeper: { attribute: false },
    bondId: { attribute: "bond-id" },
    noCheck: { attribute: "no-check", type: Boolean },
    words: { attribute: false },
    record: { state: true },
    result: { state: true },
    state: { state: true },
  };
  static override styles = [
    theme,
    css`
      :host {
        display: inline-flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.5rem 0.75rem;
      }
      .badge {
        display: inline-flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0 0.5rem;
        padding: 0.35rem 0.9rem 0.35rem 0.7rem;
        border: 2px solid currentColor;
        border-radius: 1.5rem;
        background: var(--surface);
      }
      .good {
        color: var(--good);
      }
      .fair {
        color: var(--fair);
      }
      .bad {
        color: var(--bad);
      }
      .none {
        color: var(--ink-2);
      }
      b::before {
        content: var(--sign) " " / "";
      }
      .good {
        --sign: "✓";
      }
      .fair {
        --sign: "○";
      }
      .bad {
        --sign: "✕";
      }
      .none {
        --sign: "–";
      }
    `,
  ];

  declare keeper: Bondkeeper | null;
  declare bondId: string;
  declare noCheck: boolean;
  declare words: StatusWords;
  declare record: BondRecord | undefined;
  declare result: BondResult | null;
  declare state: "reading" | "ready" | "checking" | "unreadable";
  #following: AbortController | undefined;

  constructor() {
    super();
    this.keeper = null;
    this.bondId = "";
    this.noCheck = false;
    this.words = english;
    this.record = undefined;
    this.result = null;
    this.state = "reading";
  }

  /** Proves the bond anew, as its button does. */
  async check(): Promise<BondResult | null> {
    const { keeper, bondId } = this;
    if (keeper === null || this.state === "checking") return null;
    this.state = "checking";
    const result = await keeper.ensure(bondId, {}, this.#following?.signal);
    if (keeper !== this.keeper || bondId !== this.bondId) return result;
    this.result = result;
    await this.#read();
    this.dispatchEvent(new CustomEvent("bond-result", { detail: result, bubbles: true, composed: true }));
    return result;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#follow();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#following?.abort();
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("keeper") || changed.has("bondId")) this.#follow();
  }

  protected override render(): TemplateResult {
    const { words, state } = this;
    const { tone, text, at, problem } = statusOf(this.record, this.result, words);
    if (state === "unreadable") return badge("bad", html`<b part="text">${words.unreadable}</b>`);
    const reading = state === "reading";
    return html`${badge(
      reading ? "none" : tone,
      html`<b part="text">${reading ? "…" : text}</b>
        ${at === null ? nothing : html`<time part="time" datetime=${at}>${shown(at)}</time>`}
        ${problem === null ? nothing : html`<span part="problem">${problem}</span>`}`,
    )}
    ${
      this.noCheck || this.keeper === null || (this.record === undefined && state === "ready")
        ? nothing
        : html`<button
          part="check"
          aria-disabled=${state === "checking" ? "true" : "false"}
          @click=${() => void this.check()}
        >
          ${state === "checking" ? words.checking : words.check}
        </button>`
    }`;
  }

  #follow(): void {
    this.#following?.abort();
    this.record = undefined;
    this.result = null;
    const { keeper } = this;
    if (keeper === null || !this.isConnected) return;
    this.#following = new AbortController();
    const changed = ({ id }: { readonly id: string }): void => {
      if (id === this.bondId) void this.#read();
    };
    keeper.on("bondsChanged", changed, this.#following.signal);
    void this.#read();
  }

  async #read(): Promise<void> {
    const { keeper, bondId } = this;
    if (keeper === null) return;
    try {
      const record = (await keeper.bonds()).find(({ id }) => id === bondId);
      if (keeper !== this.keeper || bondId !== this.bondId) return;
      this.record = record;
      this.state = "ready";
    } catch {
      this.state = "unreadable"; // a store that cannot be read is not "no bond"
    }
  }
}

function badge(tone: StatusTone, content: TemplateResult): TemplateResult {
  return html`<span class="badge ${tone}" part="badge" role="status">${content}</span>`;
}

const shown = (at: string): string =>
  new Date(at).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });

customElements.define("bond-status", BondStatus);
declare global {
  interface HTMLElementTagNameMap {
    "bond-status": BondStatus;
  }
}
