import { LitElement, type TemplateResult, css, html, nothing } from "lit";
import { type ExplainError, type Explanation, MAX_ASKED, type Stack } from "../state/explain-error.ts";
import { adviceStyles, reading } from "./advice-view.ts";
import { base } from "./base.css.ts";
import { controls } from "./controls.css.ts";
import { column } from "./page.css.ts";
import { explain } from "./explain.ts";
import { STACK_WORDS, VERDICT_WORDS } from "./foreign-words.ts";
import { surfaces } from "./surfaces.css.ts";
import { Watch } from "./watch.ts";

const EXAMPLES = ["ATT error 0x05", "NimBLE status 261", "org.bluez.Error.AuthenticationFailed", "HCI 0x3D"];

/** A box for any error from any stack, and its readings in plain words. */
export class ExplainPage extends LitElement {
  static override properties = { state: { attribute: false } };
  static override styles = [
    base,
    controls,
    surfaces,
    adviceStyles,
    column,
    css`
      .ask {
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(11rem, 15rem);
        align-items: start;
        gap: var(--space-4);
      }
      .answers {
        display: grid;
        gap: var(--space-4);
      }
      .card h2 {
        overflow-wrap: anywhere;
      }
      .origin {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-1) var(--space-3);
        color: var(--ink-2);
      }
      @media (max-width: 44rem) {
        .ask {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  declare state: ExplainError;
  readonly #view = Watch.whole(this, () => this.state.view);

  protected override render(): TemplateResult {
    const { text, hint, answers } = this.#view.value;
    return html`<h1 tabindex="-1">Explain an error</h1>
      <div class="ask">
        <div class="field">
          <label for="text">Paste the message or the code</label>
          <textarea
            id="text"
            rows="3"
            maxlength=${MAX_ASKED}
            spellcheck="false"
            autocapitalize="off"
            .value=${text}
            @input=${(event: InputEvent) => this.#ask(event)}
          ></textarea>
          <p class="hint">It stays in this page. Leave passkeys and keys out all the same.</p>
        </div>
        <div class="field">
          <label for="from">It came from</label>
          <select id="from" @change=${(event: Event) => this.#from(event)}>
            <option value="" ?selected=${hint === null}>I do not know</option>
            ${STACK_WORDS.map(([stack, words]) => html`<option value=${stack} ?selected=${stack === hint}>${words}</option>`)}
          </select>
        </div>
      </div>
      ${answers === null ? this.#examples() : this.#answers(answers)}`;
  }

  #examples(): TemplateResult {
    return html`<div class="stack">
      <p class="quiet">For example</p>
      <div class="row">
        ${EXAMPLES.map((example) => html`<button class="chip code" @click=${() => void this.state.ask(example)}>${example}</button>`)}
      </div>
    </div>`;
  }

  #answers(answers: readonly Explanation[]): TemplateResult {
    if (answers.length === 0) {
      return html`<div class="note warn" role="status">
        <h2>Nothing in it is known here</h2>
        <p>Say where it came from, or paste more of the message: the number and the words around it.</p>
      </div>`;
    }
    return html`<p class="visually-hidden" role="status">
        ${answers.length === 1 ? "1 answer" : `${answers.length} answers`}
      </p>
      <div class="answers">${answers.map((answer, index) => this.#answer(answer, index))}</div>`;
  }

  #answer({ stack, code, name, failure, bond, certainty }: Explanation, index: number): TemplateResult {
    const { system } = this.state.app.environment.surroundings.platform;
    const words = STACK_WORDS.find(([known]) => known === stack)?.[1] ?? stack;
    return html`<article class="card" aria-labelledby="a${index}">
      <div>
        <h2 id="a${index}">${name}</h2>
        <p class="origin">
          <span>${words}${code === null ? nothing : html`, <span class="code">${code}</span>`}</span>
          ${certainty === "number" ? html`<span>? Only the number fits: it may mean something else</span>` : nothing}
        </p>
      </div>
      ${reading(explain(failure, system))}
      <p class="quiet"><b>For a bond that worked:</b> ${VERDICT_WORDS[bond]}</p>
    </article>`;
  }

  #ask(event: InputEvent): void {
    if (event.target instanceof HTMLTextAreaElement) void this.state.ask(event.target.value);
  }

  #from(event: Event): void {
    const { target } = event;
    if (!(target instanceof HTMLSelectElement)) return;
    const stack: Stack | undefined = STACK_WORDS.find(([known]) => known === target.value)?.[0];
    void this.state.from(stack ?? null);
  }
}

customElements.define("explain-page", ExplainPage);
declare global {
  interface HTMLElementTagNameMap {
    "explain-page": ExplainPage;
  }
}
