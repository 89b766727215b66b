import { LitElement, type PropertyValues, type TemplateResult, html, nothing } from "lit";
import type { Kiosk, KioskView } from "../../state/kiosk/kiosk.ts";
import { type KioskLine, isWell } from "../../state/kiosk/lines.ts";
import { base } from "../base.css.ts";
import { controls } from "../controls.css.ts";
import { deviceName } from "../device-name.ts";
import { surfaces } from "../surfaces.css.ts";
import { Watch } from "../watch.ts";
import { board } from "./kiosk-board.css.ts";
import { reportHead, reportText, stateDetail, stateTitle } from "./words.ts";
import "../bond-halves.ts";
import "./kiosk-exit.ts";

type Running = Extract<KioskView, { readonly kind: "running" }>;

const SIGNS: Readonly<Record<KioskLine["state"]["kind"], string>> = {
  waiting: "·",
  verifying: "…",
  pausing: "↻",
  proven: "✓",
  "needs-person": "!",
  failed: "✕",
};
const HEADLINES: Readonly<Record<Running["phase"], string>> = {
  verifying: "Verifying …",
  proven: "Ready",
  attention: "Somebody is needed",
  leaving: "Ready. Going on …",
  "waiting-for-network": "Ready. Waiting for the network …",
};
const OUTCOMES = {
  verifying: "running",
  proven: "proven",
  attention: "open",
  leaving: "proven",
  "waiting-for-network": "proven",
} as const;

/** After the last touch or key: the list makes room for the big picture, and a PIN that was begun is gone. */
export const UNTOUCHED_MS = 60_000;

/** The whole screen: one headline that can be read across a room, and a line for each bond. */
export class KioskBoard extends LitElement {
  static override properties = {
    state: { attribute: false },
    view: { attribute: false },
    touched: { state: true },
    leaving: { state: true },
  };
  static override styles = [base, controls, surfaces, board];

  declare state: Kiosk;
  declare view: Running;
  /** Somebody stands before it. */
  declare touched: boolean;
  /** The way out was asked for. */
  declare leaving: boolean;
  readonly #lines = Watch.whole(this, () => this.state.lines);
  #stopTimer = (): void => {};

  constructor() {
    super();
    this.touched = false;
    this.leaving = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // Wherever the focus is: a picture has nothing that would hold it.
    document.addEventListener("keydown", this.#key);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener("keydown", this.#key);
    this.#stopTimer();
  }

  /** The button that started it is gone with the set-up. */
  protected override firstUpdated(): void {
    this.renderRoot.querySelector<HTMLElement>("h1")?.focus();
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.get("leaving") === true) this.renderRoot.querySelector<HTMLElement>("#set-up")?.focus();
  }

  protected override render(): TemplateResult {
    const { row, phase } = this.view;
    const lines = this.#lines.value;
    const proven = lines.filter(({ state }) => state.kind === "proven").length;
    const alone = row.attract && !this.touched && lines.every(isWell);
    return html`<div class="board ${phase} ${alone ? "alone" : ""}" @pointerdown=${() => this.#touch()}>
      <header>
        <bond-halves outcome=${OUTCOMES[phase]} .progress=${lines.length === 0 ? 0 : proven / lines.length}></bond-halves>
        <div>
          <h1 tabindex="-1">${HEADLINES[phase]}</h1>
          <p class="sub">
            ${row.title === "" ? "" : html`<b>${row.title}</b>: `}${proven} of ${lines.length} ${
              lines.length === 1 ? "bond" : "bonds"
            }
            proven
          </p>
        </div>
      </header>
      <p class="on-paper">${reportHead(this.state.app).map((line) => html`${line}<br />`)}</p>
      ${alone ? html`<p class="center"><button @click=${() => this.#touch()}>Show the bonds</button></p>` : nothing}
      ${this.#list(lines, alone)}
      ${alone ? nothing : this.#footer()}
      ${
        this.leaving
          ? html`<kiosk-exit .state=${this.state} ?asks=${row.pin !== null} @close=${() => (this.leaving = false)}></kiosk-exit>`
          : nothing
      }
    </div>`;
  }

  #footer(): TemplateResult {
    return html`<footer>
      <button @click=${() => this.state.again()}>Verify again</button>
      <button @click=${() => this.#report()}>Save the report</button>
      <button @click=${() => this.state.print()}>Print</button>
      <button id="set-up" @click=${() => (this.leaving = !this.leaving)} aria-expanded=${this.leaving}>Set-up</button>
    </footer>`;
  }

  /** `onPaper`: nobody sees it now, but a printed report names every bond. */
  #list(lines: readonly KioskLine[], onPaper: boolean): TemplateResult {
    return html`<ol class=${onPaper ? "on-paper" : ""}>
      ${lines.map((line) => {
        const detail = stateDetail(line, this.state.app);
        return html`<li class=${line.state.kind}>
          <span class="sign" aria-hidden="true">${SIGNS[line.state.kind]}</span>
          <div>
            <h2>${deviceName(line.name)}</h2>
            <p class="state">${stateTitle(line)}</p>
            ${detail === "" ? nothing : html`<p class="detail">${detail}</p>`}
          </div>
        </li>`;
      })}
    </ol>`;
  }

  readonly #key = ({ key }: KeyboardEvent): void => {
    if (key === "Escape") this.leaving = false;
    this.#touch();
  };

  #touch(): void {
    this.touched = true;
    this.#stopTimer();
    this.#stopTimer = this.state.app.page.after(UNTOUCHED_MS, () => {
      this.touched = false;
      this.leaving = false;
    });
  }

  #report(): void {
    const { app } = this.state;
    const day = new Date(app.ports.surroundings.now()).toISOString().slice(0, 10);
    const text = reportText(this.view.row.title, this.#lines.value, app);
    app.page.save(`bondkeeper-kiosk-${day}.txt`, "text/plain", text);
  }
}

customElements.define("kiosk-board", KioskBoard);
declare global {
  interface HTMLElementTagNameMap {
    "kiosk-board": KioskBoard;
  }
}
