import { LitElement, type TemplateResult, html, nothing } from "lit";
import type { Kiosk, KioskView } from "../../state/kiosk/kiosk.ts";
import type { KioskLine } from "../../state/kiosk/lines.ts";
import { base } from "../base.css.ts";
import { controls } from "../controls.css.ts";
import { deviceName } from "../device-name.ts";
import { surfaces } from "../surfaces.css.ts";
import { Watch } from "../watch.ts";
import { board } from "./kiosk-board.css.ts";
import { reportText, stateDetail, stateTitle } from "./words.ts";
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

/** The whole screen: one headline that can be read across a room, and a line for each bond. */
export class KioskBoard extends LitElement {
  static override properties = {
    state: { attribute: false },
    view: { attribute: false },
    attracting: { state: true },
    leaving: { state: true },
  };
  static override styles = [base, controls, surfaces, board];

  declare state: Kiosk;
  declare view: Running;
  /** The list was not asked for since all were proven. */
  declare attracting: boolean;
  /** The way out was asked for. */
  declare leaving: boolean;
  readonly #lines = Watch.whole(this, () => this.state.lines);

  constructor() {
    super();
    this.attracting = true;
    this.leaving = false;
  }

  protected override render(): TemplateResult {
    const { row, phase } = this.view;
    const lines = this.#lines.value;
    const proven = lines.filter(({ state }) => state.kind === "proven").length;
    const alone = row.attract && this.attracting && phase === "proven";
    return html`<div class="board ${phase}" @pointerdown=${() => (this.attracting = false)}>
      <header>
        <bond-halves outcome=${OUTCOMES[phase]} .progress=${lines.length === 0 ? 0 : proven / lines.length}></bond-halves>
        <div>
          <h1 tabindex="-1">${HEADLINES[phase]}</h1>
          <p class="sub">
            ${row.title === "" ? "" : html`<b>${row.title}</b>: `}${proven} of ${lines.length} bonds proven
          </p>
        </div>
      </header>
      ${alone ? html`<p class="center"><button @click=${() => (this.attracting = false)}>Show the bonds</button></p>` : this.#list(lines)}
      <footer>
        <button @click=${() => this.state.again()}>Verify again</button>
        <button @click=${() => this.#report()}>Save the report</button>
        <button @click=${() => this.state.print()}>Print</button>
        <button @click=${() => (this.leaving = !this.leaving)} aria-expanded=${this.leaving}>Set-up</button>
      </footer>
      ${
        this.leaving
          ? html`<kiosk-exit .state=${this.state} ?asks=${row.pin !== null} @close=${() => (this.leaving = false)}></kiosk-exit>`
          : nothing
      }
    </div>`;
  }

  #list(lines: readonly KioskLine[]): TemplateResult {
    return html`<ol>
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
