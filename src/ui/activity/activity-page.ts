import { LitElement, type TemplateResult, css, html } from "lit";
import type { ActivityScreen } from "../../state/activity/screen.ts";
import { base } from "../base.css.ts";
import type { ConfirmDialog } from "../confirm-dialog.ts";
import { controls } from "../controls.css.ts";
import { icon } from "../icons.ts";
import { surfaces } from "../surfaces.css.ts";
import { Watch } from "../watch.ts";
import { activityWords, clockTime, timelineWords } from "./words.ts";
import "../confirm-dialog.ts";
import "../copy-text.ts";
import "./trace-view.ts";

/** On the screen; the rest is in what is copied and saved. */
const SHOWN = 500;

/** What happened, what passed, and both as something to send to somebody. */
export class ActivityPage extends LitElement {
  static override properties = { state: { attribute: false } };
  static override styles = [
    base,
    controls,
    surfaces,
    css`
      :host {
        display: grid;
        gap: var(--space-5);
      }
      .card {
        align-content: start;
      }
      ol {
        display: grid;
        max-height: 32rem;
        padding: 0;
        overflow: auto;
        list-style: none;
      }
      li {
        display: grid;
        grid-template-columns: 8.5rem 7.5rem minmax(0, 1fr);
        gap: 0 var(--space-3);
        padding: var(--space-1) 0;
        border-top: 1px solid var(--line);
      }
      time {
        color: var(--ink-2);
        font: 400 var(--text-s) / 1.6 var(--font-code);
      }
      .step {
        font-weight: 700;
      }
      .air .step,
      .air .words {
        color: var(--ink-2);
        font-weight: 400;
      }
      .words {
        overflow-wrap: anywhere;
      }
      label.check {
        display: flex;
        gap: var(--space-3);
        align-items: start;
      }
      @media (max-width: 44rem) {
        li {
          grid-template-columns: auto minmax(0, 1fr);
        }
        .words {
          grid-column: 1 / 3;
        }
      }
    `,
  ];

  declare state: ActivityScreen;
  readonly #view = Watch.whole(this, () => this.state.view);

  override connectedCallback(): void {
    super.connectedCallback();
    this.state.watch();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.state.pause();
  }

  protected override render(): TemplateResult {
    const { packets } = this.#view.value;
    return html`<h1 tabindex="-1">Activity</h1>
      <p class="quiet">What happened here lately. It is kept in this tab only, and goes with it.</p>
      ${this.#timeline()} ${this.#report()}
      ${
        packets === null
          ? html`<section class="card">
              <h2>Packets</h2>
              <p>Here the system does the pairing, and shows nothing of it to a page. With a dongle of your own every packet can be seen.</p>
            </section>`
          : html`<trace-view .state=${this.state} @ask-full=${() => void this.#askFull()}></trace-view>`
      }
      <confirm-dialog></confirm-dialog>`;
  }

  #timeline(): TemplateResult {
    const { timeline } = this.#view.value;
    const words = this.#words;
    const lines = timelineWords(timeline.slice(-SHOWN), this.#system);
    return html`<section class="card" aria-labelledby="timeline">
      <h2 id="timeline">Timeline</h2>
      ${
        lines.length === 0
          ? html`<p>Nothing yet. Add a device, or verify one, and every step stands here.</p>`
          : html`<ol tabindex="0" aria-labelledby="timeline">
                ${lines.map(
                  ({ at, name, words: said }) => html`<li class=${name}>
                    <time datetime=${new Date(at).toISOString()}>${clockTime(at)}</time>
                    <span class="step">${name}</span>
                    <span class="words">${said}</span>
                  </li>`,
                )}
              </ol>
              <p class="row">
                <copy-text label="Copy as text" .text=${this.state.text(words)}></copy-text>
                <button class="plain" @click=${() => this.state.clear()}>Forget all of it</button>
              </p>`
      }
    </section>`;
  }

  #report(): TemplateResult {
    const { anonymous, packets } = this.#view.value;
    return html`<section class="card" aria-labelledby="report">
      <h2 id="report">Report a problem</h2>
      <p>
        One file to attach to an issue: browser, system${packets === null ? " and timeline" : ", timeline, and the packets in words"}. It
        never holds a key, a passkey or a PIN. Look at it before you send it.
      </p>
      <label class="check">
        <input type="checkbox" .checked=${anonymous} @change=${(event: Event) => this.#anonymous(event)} />
        <span>Replace names and addresses of devices by numbers, here and in what is copied</span>
      </label>
      <p class="row">
        <button class="primary" @click=${() => this.state.saveReport(this.#words)}>${icon("download")} Save the report</button>
      </p>
    </section>`;
  }

  get #words() {
    return activityWords(this.#system);
  }

  get #system() {
    return this.state.app.environment.surroundings.platform.system;
  }

  #anonymous(event: Event): void {
    if (event.target instanceof HTMLInputElement) this.state.setAnonymous(event.target.checked);
  }

  async #askFull(): Promise<void> {
    const dialog: ConfirmDialog | null = this.renderRoot.querySelector("confirm-dialog");
    const yes = await dialog?.ask({
      title: "Record keys and passkeys, too?",
      body: html`<p>
          Whoever gets this file can read along on every connection it shows, and imitate the devices in it. It is for
          developers who look at their own devices.
        </p>
        <p>Recording begins now, ends when you save it, and nothing of it is kept here.</p>`,
      yes: "Record with keys",
      no: "Do not",
      danger: true,
    });
    if (yes === true) this.state.beginFull();
  }
}

customElements.define("activity-page", ActivityPage);
declare global {
  interface HTMLElementTagNameMap {
    "activity-page": ActivityPage;
  }
}
