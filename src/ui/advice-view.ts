/** What happened, what was not touched, what to do: the one shape in which advice is shown. */
import { type TemplateResult, css, html } from "lit";
import type { Advice } from "./explain/advice.ts";

export function advice({ happened, untouched, next }: Advice): TemplateResult {
  return html`<p class="happened">${happened}</p>
    <p class="untouched">${untouched}</p>
    ${steps(next)}`;
}

/** For what happened somewhere else: what was touched there, nobody here knows. */
export function reading({ happened, next }: Advice): TemplateResult {
  return html`<p class="happened">${happened}</p>
    ${steps(next)}`;
}

function steps(next: Advice["next"]): TemplateResult {
  if (next.length === 1) return html`<p class="next">${next[0]}</p>`;
  return html`<ol class="next">
    ${next.map((step) => html`<li>${step}</li>`)}
  </ol>`;
}

export const adviceStyles = css`
  .happened {
    font-size: var(--text-l);
  }
  .untouched {
    color: var(--ink-2);
  }
  ol.next {
    display: grid;
    gap: var(--space-1);
    padding-left: 1.4em;
  }
  ol.next li::marker {
    font-family: var(--font-sign);
    font-weight: 700;
  }
  p.next {
    font-weight: 600;
  }
`;
