import { LitElement, type TemplateResult, css, html } from "lit";
import { base } from "./base.css.ts";
import { controls } from "./controls.css.ts";
import { dialogStyles } from "./dialog.css.ts";

export interface Question {
  readonly title: string;
  /** What happens, and what does not. */
  readonly body: TemplateResult | string;
  readonly yes: string;
  readonly no: string;
  readonly danger?: boolean;
}

/** Asks before something that cannot be undone. Escape and the way out mean no. */
export class ConfirmDialog extends LitElement {
  static override properties = { question: { state: true } };
  static override styles = [
    base,
    controls,
    dialogStyles,
    css`
      dialog {
        width: min(34rem, calc(100vw - 2rem));
      }
    `,
  ];

  declare question: Question | null;
  #resolve: ((yes: boolean) => void) | undefined;

  constructor() {
    super();
    this.question = null;
  }

  /** Resolves false when the dialog is closed in any other way than by its yes. */
  async ask(question: Question): Promise<boolean> {
    this.#answer(false);
    this.question = question;
    await this.updateComplete;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#resolve = resolve;
    this.renderRoot.querySelector("dialog")?.showModal();
    return promise;
  }

  /** Takes the question back, as if answered no. */
  close(): void {
    this.renderRoot.querySelector("dialog")?.close();
  }

  protected override render(): TemplateResult {
    const { question } = this;
    if (question === null) return html``;
    return html`<dialog aria-labelledby="title" aria-describedby="body" @close=${() => this.#answer(false)}>
      <div class="stack">
        <h2 id="title">${question.title}</h2>
        <div id="body" class="stack">${question.body}</div>
        <div class="row answers">
          <button autofocus @click=${() => this.close()}>${question.no}</button>
          <button class=${question.danger === true ? "danger" : "primary"} @click=${() => this.#yes()}>
            ${question.yes}
          </button>
        </div>
      </div>
    </dialog>`;
  }

  #yes(): void {
    this.#answer(true);
    this.close();
  }

  #answer(yes: boolean): void {
    this.#resolve?.(yes);
    this.#resolve = undefined;
  }
}

customElements.define("confirm-dialog", ConfirmDialog);
declare global {
  interface HTMLElementTagNameMap {
    "confirm-dialog": ConfirmDialog;
  }
}
