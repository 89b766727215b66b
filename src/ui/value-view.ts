import { LitElement, type TemplateResult, css, html, nothing } from "lit";
import { plainText, type TextPart } from "../state/values-text.ts";
import { type Readings, readings } from "../state/values.ts";
import type { Field } from "../state/values-field.ts";
import { base } from "./base.css.ts";
import { formatWord, octetsWord } from "./value-words.ts";

/** One value in all its readings: what it means where that is known, then the same octets as text, numbers and hex. */
export class ValueView extends LitElement {
  static override properties = { uuid: { attribute: false }, bytes: { attribute: false } };
  static override styles = [
    base,
    css`
      :host {
        display: grid;
        gap: var(--space-3);
      }
      .fields {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2) var(--space-6);
      }
      .fields dt {
        color: var(--ink-2);
        font-size: var(--text-s);
      }
      .fields dd {
        font: 700 var(--text-xl) / 1.15 var(--font-sign);
        overflow-wrap: anywhere;
      }
      .fields .long {
        font: 500 var(--text-m) / 1.4 var(--font-text);
      }
      .unit {
        color: var(--ink-2);
        font-size: 0.65em;
        font-weight: 600;
      }
      table {
        width: 100%;
        border-collapse: collapse;
      }
      th {
        width: 11rem;
        padding: var(--space-1) var(--space-3) var(--space-1) 0;
        color: var(--ink-2);
        font-weight: 400;
        text-align: start;
        vertical-align: top;
      }
      td {
        padding: var(--space-1) 0;
        font-family: var(--font-code);
        font-size: 0.92em;
        overflow-wrap: anywhere;
      }
      tr + tr > * {
        border-top: 1px solid var(--line);
      }
      summary {
        color: var(--ink-2);
      }
      mark {
        padding: 0 0.25em;
        border-radius: 0.25rem;
        background: var(--before-wash);
        color: var(--before);
        font-size: 0.85em;
      }
      @media (max-width: 30rem) {
        th {
          width: 7rem;
        }
      }
    `,
  ];

  declare uuid: string;
  declare bytes: Uint8Array;

  constructor() {
    super();
    this.uuid = "";
    this.bytes = new Uint8Array();
  }

  protected override render(): TemplateResult {
    const value = readings(this.uuid, this.bytes);
    return html`${meaning(value)}
      ${
        value.known.kind === "decoded" && value.known.fields.length > 0
          ? html`<details>
              <summary>The same octets as text, numbers and hex</summary>
              ${table(value)}
            </details>`
          : table(value)
      }`;
  }
}

function meaning({ known, length }: Readings): TemplateResult | typeof nothing {
  switch (known.kind) {
    case "unknown":
      return nothing;
    case "too-short":
      return html`<p><mark>Too short</mark> ${octetsWord(length)} cannot be what this characteristic should hold.</p>`;
    case "decoded":
      return html`<dl class="fields">${known.fields.map(field)}</dl>
        ${
          known.rest === ""
            ? nothing
            : html`<p class="small quiet">Not explained by the format: <code>${known.rest}</code></p>`
        }`;
  }
}

function table(value: Readings): TemplateResult {
  return html`<table aria-label="Readings of the value">
    <tbody>
      ${value.length === 0 ? nothing : row("Text", text(value.text))}
      ${value.numbers.map((number) => row(formatWord(number.format), html`${number.text}`))}
      ${row(`Hex, ${octetsWord(value.length)}`, html`${value.length === 0 ? "empty" : value.hex}`)}
    </tbody>
  </table>`;
}

function field({ name, text, unit }: Field): TemplateResult {
  return html`<div>
    <dt>${name}</dt>
    <dd class=${text.length > 24 ? "long" : ""}>
      <bdi>${text === "" ? "empty" : text}</bdi>${unit === null ? nothing : html` <span class="unit">${unit}</span>`}
    </dd>
  </div>`;
}

/** Text of a peer: isolated in direction, and what is no text is marked as what it is. */
export function text(parts: readonly TextPart[]): TemplateResult {
  return html`<bdi>${parts.map((part) => {
    if (part.kind === "text") return part.text;
    return html`<mark title=${part.kind === "invalid" ? "No UTF-8" : "A character that does not show"}>${plainText([part])}</mark>`;
  })}</bdi>`;
}

function row(name: string, value: TemplateResult): TemplateResult {
  return html`<tr>
    <th scope="row">${name}</th>
    <td>${value}</td>
  </tr>`;
}

customElements.define("value-view", ValueView);
declare global {
  interface HTMLElementTagNameMap {
    "value-view": ValueView;
  }
}
