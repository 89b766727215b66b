import { LitElement, type PropertyValues, type TemplateResult, css, html, nothing } from "lit";
import { lastProof } from "../../bonds/evidence.ts";
import { displayName } from "../../bonds/record.ts";
import type { EnsureFlow, EnsureView } from "../../state/ensure/flow.ts";
import { hrefOf } from "../../state/router.ts";
import { age } from "../age.ts";
import { base } from "../base.css.ts";
import { controls } from "../controls.css.ts";
import { column } from "../page.css.ts";
import { deviceName } from "../device-name.ts";
import { resultTitle } from "../explain/results.ts";
import { surfaces } from "../surfaces.css.ts";
import { Watch } from "../watch.ts";
import { DEMANDS, problemWords, WANTS } from "./words.ts";
import "../add-form.ts";
import "../bond-progress.ts";
import "../bond-result.ts";
import "../chooser-hint.ts";
import "../storage-trouble.ts";
import "./ensure-client.ts";
import "./ensure-code.ts";
import "./ensure-delivery.ts";

type Of<S extends EnsureView["step"]> = Extract<EnsureView, { readonly step: S }>;

/** What another page asks for: who, what, for which device. Nothing begins without a click that could change anything. */
export class EnsurePage extends LitElement {
  static override properties = { state: { attribute: false }, link: { attribute: false } };
  static override styles = [
    base,
    controls,
    surfaces,
    column,
    css`
      .asker {
        font: 700 var(--text-l) / 1.3 var(--font-text);
        overflow-wrap: anywhere;
      }
      .go {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(16rem, 100%), 1fr));
        gap: var(--space-3);
      }
      .go button {
        min-height: 3.5rem;
      }
    `,
  ];

  declare state: EnsureFlow;
  declare link: string;
  readonly #view = Watch.whole(this, () => this.state.view);
  readonly #client = Watch.whole(this, () => this.state.client);
  readonly #chooser = Watch.whole(this, () => this.state.app.chooser.view);

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("link")) void this.state.open(this.link);
  }

  protected override render(): TemplateResult {
    const client = this.#client.value;
    return html`${this.#screen()} ${client === null ? nothing : html`<ensure-client .host=${client}></ensure-client>`}`;
  }

  #screen(): TemplateResult {
    const view = this.#view.value;
    switch (view.step) {
      case "loading":
        return html`<h1 tabindex="-1">Asked by another page</h1>
          <p class="quiet">Looking for the device …</p>`;
      case "refused":
        return refusal(problemWords(view.problem));
      case "unreadable":
        return html`<h1 tabindex="-1">Asked by another page</h1>
          <storage-trouble .failure=${view.failure} @retry=${() => void this.state.retry()}></storage-trouble>`;
      case "messages":
        return html`<h1 tabindex="-1">Asked by another page</h1>
          <p><span class="asker">${view.asker}</span></p>`;
      case "asking":
        return this.#asking(view);
      case "unknown":
        return this.#unknown(view);
      case "running":
        return html`<h1 tabindex="-1" class="visually-hidden">${WANTS[view.request.mode].title}</h1>
          ${by(view.asker)}
          <bond-progress .app=${this.state.app} .procedure=${this.state.procedure}></bond-progress>`;
      case "done":
        return this.#done(view);
    }
  }

  #asking(view: Of<"asking">): TemplateResult {
    const { request, record, tried } = view;
    const wants = WANTS[request.mode];
    const proof = lastProof(record);
    return html`<h1 tabindex="-1">${wants.title}</h1>
      <section class="card" aria-labelledby="who">
        <h2 id="who" class="visually-hidden">Who asks</h2>
        ${by(view.asker)}
        <p>${wants.body}</p>
        <dl class="facts">
          <dt>Device</dt>
          <dd>${deviceName(displayName(record))}</dd>
          <dt>Last proof</dt>
          <dd>${proof === undefined ? "never proven" : age(proof.at, this.state.app.now.value)}</dd>
          <dt>Demanded</dt>
          <dd>${request.level === null ? "what you set for this device" : DEMANDS[request.level]}</dd>
          <dt>The answer goes to</dt>
          <dd>${request.returnTo ?? (request.nonce === null ? "nobody: it is shown here" : (view.asker ?? "nobody"))}</dd>
        </dl>
        ${
          this.state.codes === null
            ? nothing
            : html`<ensure-code .codes=${this.state.codes} .bondId=${record.id}></ensure-code>`
        }
        ${
          tried === null
            ? nothing
            : html`<div class="note warn" role="status">
                <p>
                  It was verified without a click first, which can change nothing:
                  <b>${resultTitle(tried)}</b> (code ${tried.code}). What is left needs you.
                </p>
              </div>`
        }
        ${
          view.asker === null
            ? nothing
            : html`<p class="small quiet">Go on only if you came from this page just now.</p>`
        }
        <div class="go">
          <button class=${request.mode === "repair" ? "danger" : "primary"} @click=${() => void this.state.start()}>
            ${wants.go}
          </button>
          <button @click=${() => void this.state.decline()}>Not now</button>
        </div>
      </section>`;
  }

  #unknown(view: Of<"unknown">): TemplateResult {
    const { add, request, why } = view;
    const open = this.#chooser.value.kind === "open";
    return html`<h1 tabindex="-1">Which device is it?</h1>
      <section class="card" aria-labelledby="who">
        <h2 id="who" class="visually-hidden">Who asks</h2>
        ${by(view.asker)}
        <p>
          It wants a bond with ${deviceName(request.device)}.
          ${
            why === "none"
              ? "This browser has no such device yet. Choose it below; it is paired when it asks for it, and the bond is proven."
              : "Two of your devices are called so. Choose the one that is meant below."
          }
        </p>
        <p class="row"><button @click=${() => void this.state.decline()}>Not now</button></p>
      </section>
      ${
        open
          ? html`<chooser-hint .app=${this.state.app}></chooser-hint>
              <p class="row"><button @click=${() => add.cancelChoice()}>Cancel</button></p>`
          : html`<add-form .state=${add} .system=${this.state.app.environment.surroundings.platform.system}></add-form>`
      }`;
  }

  #done(view: Of<"done">): TemplateResult {
    return html`<h1 tabindex="-1" class="visually-hidden">${WANTS[view.request.mode].title}</h1>
      ${by(view.asker)}
      <ensure-delivery .state=${this.state} .view=${view}></ensure-delivery>
      <bond-result
        .environment=${this.state.app.environment}
        .run=${view.run}
        @remedy=${() => void this.state.remedy()}
      ></bond-result>`;
  }
}

function by(asker: string | null): TemplateResult {
  return asker === null
    ? html`<p>This link does not say who asks.</p>`
    : html`<p><span class="asker">${asker}</span> asks:</p>`;
}

function refusal(why: string): TemplateResult {
  return html`<h1 tabindex="-1">This link was refused</h1>
    <div class="note bad">
      <p>${why}</p>
      <p>Nothing was done (code 64, usage). Whoever made the link has to correct it.</p>
    </div>
    <p class="row"><a class="button primary" href=${hrefOf({ screen: "devices" })}>To the devices</a></p>`;
}

customElements.define("ensure-page", EnsurePage);
declare global {
  interface HTMLElementTagNameMap {
    "ensure-page": EnsurePage;
  }
}
