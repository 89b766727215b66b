import { type TemplateResult, css, html, nothing } from "lit";
import type { TableChange } from "../state/gatt-table.ts";
import { exactTime } from "./age.ts";
import { attributeName, propertyWord } from "./gatt-names.ts";

type ServiceDiff = TableChange["diff"]["services"][number];
type CharacteristicDiff = ServiceDiff["characteristics"][number];

const SIGNS = { added: "+", removed: "−", changed: "≠" } as const;
const WORDS = { added: "new", removed: "gone", changed: "changed" } as const;

/** What the device offers now and did not before, and the other way. `fresh`: first seen on the link that is up. */
export function tableChange(
  { before, now, diff, sameDatabase }: TableChange,
  fresh: boolean,
): TemplateResult {
  const why = sameDatabase
    ? "The device’s Database Hash is the same, so the device did not change: this page may see other parts of it than before."
    : "A firmware update can be the reason, or that this page may see other services of it than before.";
  return html`<section class="note ${fresh ? "warn" : ""}" aria-labelledby="change">
    <h3 id="change">${sameDatabase ? "The page sees something else" : "The device has changed"}</h3>
    <p>What it showed last, ${time(now.at)}, compared with ${time(before.at)}. ${why}</p>
    <ul class="change">
      ${diff.services.map(service)}
    </ul>
  </section>`;
}

function time(at: string): TemplateResult {
  return html`<time datetime=${at}>${exactTime(at)}</time>`;
}

function service({ uuid, change, characteristics }: ServiceDiff): TemplateResult {
  return html`<li>
    ${sign(change)}
    <span><b>${attributeName("service", uuid)}</b> ${WORDS[change]}</span>
    ${characteristics.length === 0 ? nothing : html`<ul>${characteristics.map(characteristic)}</ul>`}
  </li>`;
}

function characteristic(diff: CharacteristicDiff): TemplateResult {
  const details = [
    ...diff.propertiesAdded.map((property) => `can now: ${propertyWord(property)}`),
    ...diff.propertiesRemoved.map((property) => `no longer: ${propertyWord(property)}`),
    ...(diff.descriptorsAdded.length > 0 ? ["more descriptors"] : []),
    ...(diff.descriptorsRemoved.length > 0 ? ["fewer descriptors"] : []),
    ...(diff.moved === null ? [] : [`moved from handle ${diff.moved.from} to ${diff.moved.to}`]),
  ];
  return html`<li>
    ${sign(diff.change)}
    <span>${attributeName("characteristic", diff.uuid)} ${WORDS[diff.change]}${
      diff.change === "changed" && details.length > 0 ? html`: ${details.join(", ")}` : nothing
    }</span>
  </li>`;
}

function sign(change: keyof typeof SIGNS): TemplateResult {
  return html`<span class="sign" aria-hidden="true">${SIGNS[change]}</span>`;
}

export const tableChangeStyles = css`
  .change,
  .change ul {
    display: grid;
    gap: var(--space-2);
    padding: 0;
    list-style: none;
  }
  .change li {
    display: grid;
    grid-template-columns: 1.4em minmax(0, 1fr);
    align-items: baseline;
  }
  .change li > ul {
    grid-column: 2;
    margin-top: var(--space-1);
    gap: var(--space-1);
  }
  .sign {
    font: 700 1em / 1 var(--font-code);
  }
  .note > .change {
    margin-top: var(--space-3);
  }
`;
