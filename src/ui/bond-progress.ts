import { LitElement, type PropertyValues, type TemplateResult, css, html, nothing } from "lit";
import type { StepNote } from "../bonds/result.ts";
import type { Simulation } from "../state/adapter/simulation.ts";
import type { App } from "../state/app.ts";
import type { System } from "../state/platform.ts";
import type { Procedure, ProcedureView } from "../state/procedure.ts";
import { hrefOf } from "../state/router.ts";
import { progress, type StepLine } from "../state/steps.ts";
import { duration } from "./age.ts";
import type { Better } from "./bond-result.ts";
import { bringIntoView } from "./bring-into-view.ts";
import { base } from "./base.css.ts";
import { controls } from "./controls.css.ts";
import { deviceName } from "./device-name.ts";
import { explain } from "./explain.ts";
import { noteWords, stepWords } from "./explain/steps.ts";
import { applyRemedy } from "../state/remedy.ts";
import { Watch } from "./watch.ts";
import "./bond-ask.ts";
import "./bond-halves.ts";
import "./bond-result.ts";
import "./pairing/legacy-offer.ts";

type Running = Extract<ProcedureView, { readonly step: "running" }>;

const NOTICEABLE_MS = 50;
const TITLES = { ensure: "Making sure of", check: "Checking", repair: "Repairing" } as const;
const SIGNS = { waiting: "·", running: "…", done: "✓", skipped: "–", failed: "✕" } as const;
const STATUS_WORDS = {
  waiting: "waiting",
  running: "now",
  done: "done",
  skipped: "skipped",
  failed: "failed",
} as const;

/** One bond procedure: its steps as they happen, its questions, its result. */
export class BondProgress extends LitElement {
  static override properties = {
    app: { attribute: false },
    procedure: { attribute: false },
    room: { attribute: false },
    better: { attribute: false },
  };
  static override styles = [
    base,
    controls,
    css`
      :host {
        display: grid;
        gap: var(--space-5);
      }
      .head {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr) auto;
        align-items: center;
        gap: var(--space-4);
      }
      ol {
        display: grid;
        padding: 0;
        list-style: none;
      }
      li {
        display: grid;
        grid-template-columns: 2.25rem minmax(0, 1fr) auto;
        align-items: center;
        gap: 0 var(--space-3);
        min-height: 3rem;
        padding: var(--space-1) 0;
        border-top: 1px solid var(--line);
      }
      .sign {
        display: grid;
        place-items: center;
        width: 1.75rem;
        height: 1.75rem;
        border: 2px solid var(--line-strong);
        border-radius: 50%;
        font: 700 1rem / 1 var(--font-sign);
      }
      .waiting,
      .skipped {
        color: var(--ink-2);
      }
      .waiting .sign,
      .skipped .sign {
        border-color: var(--line);
      }
      .running {
        font-weight: 700;
      }
      .running .sign {
        border-color: var(--accent);
        background: var(--accent);
        color: var(--on-accent);
      }
      .done .sign {
        border-color: var(--ink);
        background: var(--ink);
        color: var(--ground);
      }
      .failed .sign {
        border-color: var(--suspect);
        border-radius: 0.375rem;
        color: var(--suspect);
      }
      .time {
        color: var(--ink-2);
        font-variant-numeric: tabular-nums;
      }
      .time {
        text-align: end;
      }
      summary {
        color: var(--accent);
        font-weight: 600;
      }
      @media (max-width: 44rem) {
        .skipped .time {
          grid-column: 2 / 4;
          text-align: start;
        }
        .head {
          grid-template-columns: auto minmax(0, 1fr);
        }
        .head button {
          grid-column: 1 / 3;
        }
      }
      .note {
        grid-column: 2 / 4;
        color: var(--ink-2);
        font-size: var(--text-s);
        font-weight: 400;
      }
    `,
  ];

  declare app: App;
  declare procedure: Procedure;
  /** Devices that are made of code. */
  declare room: Simulation | null;
  /** In place of the remedy of a result, where whoever shows it knows better. */
  declare better: Better | null;
  readonly #view = Watch.whole(this, () => this.procedure.view);
  #said = "";
  #step: ProcedureView["step"] = "idle";

  constructor() {
    super();
    this.room = null;
    this.better = null;
  }

  protected override render(): TemplateResult | typeof nothing {
    const view = this.#view.value;
    switch (view.step) {
      case "idle":
        return nothing;
      case "running":
        return this.#running(view);
      case "done":
        return html`<bond-result
            .environment=${this.app.environment}
            .run=${view}
            .better=${this.better}
            @remedy=${() => void applyRemedy(this.app, this.procedure)}
          ></bond-result>
          ${
            view.result.reason === "legacy-not-allowed" &&
            view.result.bondId !== null &&
            !this.procedure.hadCode
              ? html`<legacy-offer .app=${this.app} .procedure=${this.procedure} .bondId=${view.result.bondId}></legacy-offer>`
              : nothing
          }
          <details>
            <summary>Every step</summary>
            ${steps(view.lines, this.#system)}
            <p><a href=${hrefOf({ screen: "activity" })}>Everything that happened, and a report to send</a></p>
          </details>`;
    }
  }

  /** One short sentence per step to assistive technology; the list itself is not live. */
  protected override updated(_changed: PropertyValues): void {
    const view = this.#view.value;
    if (view.step !== this.#step && view.step === "running") bringIntoView(this);
    this.#step = view.step;
    if (view.step !== "running") return;
    const now = view.lines.find((line) => line.status === "running");
    if (now === undefined) return;
    const again = now.attempt > 1 ? `, attempt ${now.attempt}` : "";
    const words = `${stepWords(now.step).doing}${again}`;
    if (words === this.#said) return;
    this.#said = words;
    this.app.notices.say(words);
  }

  get #system(): System {
    return this.app.environment.surroundings.platform.system;
  }

  #running(view: Running): TemplateResult {
    return html`
      <div class="head">
        <bond-halves .progress=${progress(view.lines)} outcome="running"></bond-halves>
        <h2 tabindex="-1">${TITLES[view.mode]} ${deviceName(view.device)}</h2>
        <button ?disabled=${view.cancelling} @click=${() => this.procedure.cancel()}>
          ${view.cancelling ? "Stopping …" : "Cancel"}
        </button>
      </div>
      <bond-ask .app=${this.app} .ask=${view.ask} .room=${this.room}></bond-ask>
      ${steps(view.lines, this.#system)}
    `;
  }
}

function steps(lines: readonly StepLine[], system: System): TemplateResult {
  return html`<ol>
    ${lines.map((line) => {
      const { title, doing } = stepWords(line.step);
      return html`<li class=${line.status}>
        <span class="sign" aria-hidden="true">${SIGNS[line.status]}</span>
        <span
          >${line.status === "running" ? doing : title}<span class="visually-hidden">: ${STATUS_WORDS[line.status]}</span></span
        >
        ${aside(line, system)}
      </li>`;
    })}
  </ol>`;
}

/** A step that was left out says why at the end of its line; what went wrong gets a line of its own. */
function aside({ status, attempt, ms, note }: StepLine, system: System): TemplateResult {
  const words = note === null ? "" : noteWordsNow(note, system);
  if (status === "skipped") return html`<span class="time">${words}</span>`;
  const parts = [attempt > 1 ? `Attempt ${attempt}.` : "", words].filter(Boolean);
  return html`<span class="time">${ms >= NOTICEABLE_MS ? duration(ms) : nothing}</span>
    ${parts.length === 0 ? nothing : html`<span class="note">${parts.join(" ")}</span>`}`;
}

/** A retry is under way when it is seen: why is worth saying, how long the pause was is not. */
function noteWordsNow(note: StepNote, system: System): string {
  return note.kind === "retrying" ? explain(note.failure, system).happened : noteWords(note, system);
}

customElements.define("bond-progress", BondProgress);
declare global {
  interface HTMLElementTagNameMap {
    "bond-progress": BondProgress;
  }
}
