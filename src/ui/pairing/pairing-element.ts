import { LitElement, type TemplateResult, html } from "lit";
import type { PairingManager } from "../../state/pairing-manager.ts";
import type { Answer, AnswerOutcome, PairingRequest } from "../../state/pairing-requests.ts";
import { questionWords } from "./words.ts";

/** One open question of one pairing. */
export abstract class PairingElement extends LitElement {
  static override properties = {
    manager: { attribute: false },
    request: { attribute: false },
  };

  declare manager: Pick<PairingManager, "respond" | "pressed">;
  declare request: PairingRequest;

  /** The question takes the focus, never its yes: a person who is typing elsewhere must not answer by accident. */
  override focus(): void {
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>("[data-first]")?.focus());
  }

  protected answer(answer: Answer): AnswerOutcome {
    return this.manager.respond(this.request.id, answer);
  }

  /** The method's name, the question, and what to know before answering. */
  protected question(): TemplateResult {
    const { method, title, body, tone } = questionWords(this.request);
    return html`<p class="method ${tone}">${method}</p>
      <h2 id="question" tabindex="-1" data-first>${title}</h2>
      ${body.map((line) => html`<p>${line}</p>`)}`;
  }
}

/** Two groups of three, as they are read out; each digit by itself to assistive technology. */
export function sixDigits(digits: string): TemplateResult {
  return html`<p class="digits" role="img" aria-label=${`The digits ${Array.from(digits).join(" ")}`}>
    <span>${digits.slice(0, 3)}</span><span>${digits.slice(3)}</span>
  </p>`;
}
