import { LitElement, type TemplateResult, css, html, nothing } from "lit";
import type { App } from "../state/app.ts";
import { HISTORY_SHOWN, type ShownDevice } from "../state/device.ts";
import type { HistoryEntry } from "../storage/records.ts";
import { age, exactTime } from "./age.ts";
import { base } from "./base.css.ts";
import { detailWord, historyTone, historyWord } from "./device-words.ts";
import { surfaces } from "./surfaces.css.ts";
import { Watch } from "./watch.ts";

const SIGNS = { good: "✓", bad: "✕", plain: "" } as const;

/** What happened to this bond, newest first, day by day. */
export class DeviceHistory extends LitElement {
  static override properties = { app: { attribute: false }, device: { attribute: false } };
  static override styles = [
    base,
    surfaces,
    css`
      :host {
        display: grid;
        gap: var(--space-5);
      }
      section {
        display: grid;
        gap: var(--space-3);
      }
      h2 {
        font-size: var(--text-l);
      }
      ol {
        display: grid;
        padding: 0;
        border-inline-start: 3px solid var(--line);
        margin-inline-start: 0.9rem;
        list-style: none;
      }
      li {
        position: relative;
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 0 var(--space-4);
        padding: var(--space-2) 0 var(--space-2) var(--space-5);
      }
      .sign {
        position: absolute;
        top: 0.6rem;
        inset-inline-start: calc(-0.9rem - 1.5px);
        display: grid;
        place-items: center;
        width: 1.8rem;
        height: 1.8rem;
        border: 3px solid var(--ground);
        border-radius: 50%;
        background: var(--ink);
        color: var(--ground);
        font: 700 0.95rem / 1 var(--font-sign);
      }
      .plain .sign {
        top: 1rem;
        inset-inline-start: calc(-0.5rem - 1.5px);
        width: 1rem;
        height: 1rem;
        background: var(--line-strong);
      }
      .bad .sign {
        border-radius: 0.375rem;
        background: var(--suspect);
      }
      .what {
        font-weight: 600;
      }
      .detail {
        grid-column: 1;
        color: var(--ink-2);
      }
      time {
        color: var(--ink-2);
        font-variant-numeric: tabular-nums;
      }
    `,
  ];

  declare app: App;
  declare device: ShownDevice;
  readonly #now = Watch.whole(this, () => this.app.now);

  protected override render(): TemplateResult {
    const { history } = this.device;
    if (history === null) return html`<p class="quiet">Reading …</p>`;
    if (history.length === 0) return html`<p>Nothing has happened yet since the device was recorded.</p>`;
    const days = Map.groupBy(history, ({ at }) =>
      new Date(at).toLocaleDateString(undefined, { dateStyle: "full" }),
    );
    return html`${[...days].map(
      ([day, entries]) => html`<section aria-label=${day}>
        <h2>${day}</h2>
        <ol>
          ${entries.map((entry) => this.#entry(entry))}
        </ol>
      </section>`,
    )}
    ${history.length === HISTORY_SHOWN ? html`<p class="quiet">The newest ${HISTORY_SHOWN} entries are shown.</p>` : nothing}`;
  }

  #entry({ at, kind, detail }: HistoryEntry): TemplateResult {
    const tone = historyTone(kind);
    return html`<li class=${tone}>
      <span class="sign" aria-hidden="true">${SIGNS[tone]}</span>
      <span class="what">${historyWord(kind)}</span>
      <time datetime=${at} title=${`${exactTime(at)}, ${age(at, this.#now.value)}`}
        >${new Date(at).toLocaleTimeString(undefined, { timeStyle: "short" })}</time
      >
      ${detail === "" ? nothing : html`<span class="detail"><bdi>${detailWord(kind, detail)}</bdi></span>`}
    </li>`;
  }
}

customElements.define("device-history", DeviceHistory);
declare global {
  interface HTMLElementTagNameMap {
    "device-history": DeviceHistory;
  }
}
