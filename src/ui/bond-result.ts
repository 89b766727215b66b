import { LitElement, type PropertyValues, type TemplateResult, css, html, nothing } from "lit";
import type { BondResult, ResultName } from "../bonds/result.ts";
import type { Environment } from "../state/environment.ts";
import type { ProcedureView } from "../state/procedure.ts";
import { exactTime } from "./age.ts";
import { advice, adviceStyles } from "./advice-view.ts";
import { bringIntoView } from "./bring-into-view.ts";
import { base } from "./base.css.ts";
import { controls } from "./controls.css.ts";
import { deviceName } from "./device-name.ts";
import { remedyWords } from "./explain/remedies.ts";
import { explainResult, resultTitle } from "./explain/results.ts";
import { EVIDENCE, LEVEL_WORDS, resultText, storedWords } from "./result-text.ts";
import { surfaces } from "./surfaces.css.ts";
import type { Outcome } from "./bond-halves.ts";
import "./bond-halves.ts";
import "./copy-text.ts";
import "./pairing/pairing-countdown.ts";

/** How the tally stands at the end. */
const OUTCOME: Readonly<Record<ResultName, Outcome>> = {
  ok: "proven",
  "not-persisted": "proven",
  "below-level": "open",
  "not-valid": "open",
  "pairing-failed": "failed",
  "peer-key-missing": "refused",
  adapter: "open",
  permission: "open",
  unreachable: "open",
  cancelled: "open",
  unsupported: "open",
  usage: "open",
};

export type FinishedRun = Extract<ProcedureView, { readonly step: "done" }>;

/** What helps here better than the remedy of the result. */
export interface Better {
  readonly label: string;
  readonly help: string;
  readonly act: () => void;
}

/** The end of a procedure: what happened, what was not touched, what to do. Fires `remedy` for its main button. */
export class BondResultPanel extends LitElement {
  static override properties = {
    environment: { attribute: false },
    run: { attribute: false },
    better: { attribute: false },
  };
  static override styles = [
    base,
    controls,
    surfaces,
    adviceStyles,
    css`
      .head {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        align-items: center;
        gap: var(--space-5);
      }
      .code {
        color: var(--ink-2);
      }
      .facts {
        padding-top: var(--space-4);
        border-top: 1px solid var(--line);
      }
      @media (max-width: 30rem) {
        .head {
          gap: var(--space-3);
        }
      }
    `,
  ];

  declare environment: Environment;
  declare run: FinishedRun;
  declare better: Better | null;
  #until: number | undefined;

  constructor() {
    super();
    this.better = null;
  }

  protected override render(): TemplateResult {
    const { result, device } = this.run;
    const { system } = this.environment.surroundings.platform;
    const remedy = this.better ?? remedyWords(result.remedy, result.reason);
    return html`<section class="card" aria-labelledby="title">
      <div class="head">
        <bond-halves outcome=${OUTCOME[result.name]}></bond-halves>
        <div>
          <p>${deviceName(device)}</p>
          <h2 id="title" tabindex="-1">${resultTitle(result)}</h2>
          <p class="code small">
            Code ${result.code}, ${result.name}${result.reason === null ? "" : `, ${result.reason}`}
          </p>
        </div>
      </div>
      ${advice(explainResult(result, system))}
      <div class="row">
        <button class="primary" aria-describedby="help" @click=${() => this.#remedy()}>${remedy.label}</button>
        <copy-text label="Copy as text" .text=${this.#text()}></copy-text>
      </div>
      ${this.#wait()}
      <p id="help" class="small quiet" ?hidden=${result.remedy === "continue"}>${remedy.help}</p>
      ${facts(result)}
    </section>`;
  }

  /** After a wrong code the next attempt has to wait, and it is said how long. */
  #wait(): TemplateResult | typeof nothing {
    const { failure } = this.run.result;
    if (failure?.kind !== "pairing-failed" || failure.retryAfterMs === undefined) return nothing;
    this.#until ??= Date.now() + failure.retryAfterMs;
    return html`<pairing-countdown what="wait" .until=${this.#until} .now=${() => Date.now()}></pairing-countdown>`;
  }

  /** The result is what was waited for: the focus goes to it, and it is read out. */
  protected override firstUpdated(_changed: PropertyValues): void {
    this.renderRoot.querySelector<HTMLElement>("h2")?.focus({ preventScroll: true });
    bringIntoView(this);
  }

  #remedy(): void {
    if (this.better !== null) return this.better.act();
    this.dispatchEvent(new CustomEvent("remedy", { bubbles: true, composed: true }));
  }

  #text(): string {
    const { surroundings, view } = this.environment;
    const adapter = view.value.kind === "obstacle" ? view.value.obstacle.state : view.value.kind;
    const { platform, address } = surroundings;
    // The fragment names a record, the query may name anything: neither is anybody else's business.
    return resultText(this.run.result, { platform, adapter, address: address.replace(/[?#].*$/s, "") });
  }
}

function facts(result: BondResult): TemplateResult {
  const { evidence, provenAt, level, keySize, halfBondSuspected } = result;
  return html`<dl class="facts">
    <dt>Evidence</dt>
    <dd>${EVIDENCE[evidence]}</dd>
    <dt>Last proof</dt>
    <dd>${provenAt === null ? "none yet" : exactTime(provenAt)}</dd>
    <dt>What it needs</dt>
    <dd>${level === null ? "not known" : LEVEL_WORDS[level]}${keySize === null ? "" : `, a key of ${keySize} octets`}</dd>
    <dt>Stored</dt>
    <dd>${storedWords(result)}</dd>
    ${
      halfBondSuspected
        ? html`<dt>Half bond</dt>
            <dd>Only one side may have kept its key. Remove the device on both sides before pairing again.</dd>`
        : ""
    }
  </dl>`;
}

customElements.define("bond-result", BondResultPanel);
declare global {
  interface HTMLElementTagNameMap {
    "bond-result": BondResultPanel;
  }
}
