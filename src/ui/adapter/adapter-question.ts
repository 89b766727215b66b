import { LitElement, type PropertyValues, type TemplateResult, html, nothing } from "lit";
import type { AdapterQuestions, AdmissionQuestion } from "../../state/adapter/questions.ts";
import { exactTime } from "../age.ts";
import { base } from "../base.css.ts";
import { controls } from "../controls.css.ts";
import { dialogStyles } from "../dialog.css.ts";
import { surfaces } from "../surfaces.css.ts";
import { Watch } from "../watch.ts";
import { FIELD_WORDS } from "./adapter-words.ts";

/** An adapter claims to be one we know and differs: a person decides whether it gets the keys. Closing it means no. */
export class AdapterQuestion extends LitElement {
  static override properties = { state: { attribute: false } };
  static override styles = [base, controls, surfaces, dialogStyles];

  declare state: AdapterQuestions;
  readonly #question = Watch.whole(this, () => this.state.admission);

  protected override render(): TemplateResult | typeof nothing {
    const question = this.#question.value;
    if (question === null) return nothing;
    return html`<dialog aria-labelledby="title" @close=${() => question.answer({ kind: "refuse" })}>
      <div class="stack">
        <h2 id="title">Is this your dongle?</h2>
        <p>
          It claims an address that is known here, and is not as it was. A firmware update explains that; so does another
          dongle that imitates yours to get its keys.
        </p>
        ${question.matches.map((match) => this.#match(question, match))}
        <p class="row answers">
          <button @click=${() => question.answer({ kind: "new", label: "Another dongle" })}>Another one: start without keys</button>
          <button autofocus @click=${() => question.answer({ kind: "refuse" })}>Do not use it</button>
        </p>
      </div>
    </dialog>`;
  }

  #match(question: AdmissionQuestion, match: AdmissionQuestion["matches"][number]): TemplateResult {
    const { id, label, lastSeenAt, differences } = match;
    return html`<section class="stack">
      <h3><bdi>${label === "" ? "Adapter without a name" : label}</bdi></h3>
      <p class="quiet">last used ${exactTime(lastSeenAt)}</p>
      <dl class="facts">
        ${differences.map(({ field, was, is }) => html`<dt>${FIELD_WORDS[field]}</dt><dd>was <code>${was}</code>, is <code>${is}</code></dd>`)}
      </dl>
      <button class="danger" @click=${() => question.answer({ kind: "same", id })}>It is this one: give it its keys</button>
    </section>`;
  }

  protected override updated(_changed: PropertyValues): void {
    const dialog = this.renderRoot.querySelector("dialog");
    if (dialog !== null && !dialog.open) dialog.showModal();
  }
}

customElements.define("adapter-question", AdapterQuestion);
declare global {
  interface HTMLElementTagNameMap {
    "adapter-question": AdapterQuestion;
  }
}
