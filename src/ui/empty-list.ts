import { LitElement, type TemplateResult, css, html } from "lit";
import { hrefOf } from "../state/router.ts";
import { base } from "./base.css.ts";
import { controls } from "./controls.css.ts";
import { stateWord } from "./bond-words.ts";
import { icon } from "./icons.ts";
import "./bond-badge.ts";

const AT = "1970-01-01T00:00:00.000Z";
const LEGEND = [
  [{ kind: "recorded" }, "On record. Nothing was proven yet."],
  [{ kind: "proven", at: AT }, "It worked before, and you see when."],
  [{ kind: "proven-now", at: AT }, "It works on the connection that is up."],
  [{ kind: "suspect", reason: "key-missing", at: AT }, "Something contradicts the record. Have a look."],
] as const;

/** The list before the first device: what to do, and what the signs will mean. */
export class EmptyList extends LitElement {
  static override styles = [
    base,
    controls,
    css`
      :host {
        display: grid;
        gap: var(--space-6);
        max-width: 46rem;
      }
      .lead {
        font-size: var(--text-l);
      }
      ul {
        display: grid;
        gap: var(--space-4);
        padding: 0;
        list-style: none;
      }
      li {
        display: grid;
        grid-template-columns: 3rem 1fr;
        align-items: center;
        gap: 0 var(--space-4);
      }
      li b {
        font-family: var(--font-sign);
        font-size: var(--text-l);
      }
      bond-badge {
        grid-row: span 2;
      }
    `,
  ];

  protected override render(): TemplateResult {
    return html`
      <div class="stack">
        <p class="lead">
          A device that was paired once may have forgotten you since. Bondkeeper proves each bond by using it, and
          remembers when.
        </p>
        <a class="button primary" href=${hrefOf({ screen: "add" })}>${icon("add")} Add a device</a>
      </div>
      <div class="stack">
        <h2>What the signs mean</h2>
        <ul>
          ${LEGEND.map(
            ([state, words]) => html`<li>
              <bond-badge look="mark" .state=${state}></bond-badge><b>${stateWord(state)}</b><span>${words}</span>
            </li>`,
          )}
        </ul>
      </div>
    `;
  }
}

customElements.define("empty-list", EmptyList);
declare global {
  interface HTMLElementTagNameMap {
    "empty-list": EmptyList;
  }
}
