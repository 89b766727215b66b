/** Rows of the list of keys: a line for each adapter and identity of ours, then its bonds. All of one height. */
import { type TemplateResult, css, html, nothing } from "lit";
import type { KeyGroup } from "../../state/keys/key-list.ts";
import type { BondListing } from "../../storage/keys/listing.ts";
import { age, exactTime } from "../age.ts";
import { deviceName } from "../device-name.ts";
import { keyLevel, STATES } from "./key-words.ts";

export type KeyLine =
  | { readonly kind: "group"; readonly group: KeyGroup }
  | { readonly kind: "bond"; readonly bond: BondListing };

export interface LinePlace {
  readonly index: number;
  readonly count: number;
  readonly now: number;
  readonly open: (line: KeyLine) => void;
}

export function keyLine(line: KeyLine, place: LinePlace): TemplateResult {
  return html`<li
    role="listitem"
    class=${line.kind}
    data-index=${place.index}
    aria-posinset=${place.index + 1}
    aria-setsize=${place.count}
  >
    ${line.kind === "group" ? groupLine(line, place) : bondLine(line, place)}
  </li>`;
}

export function groupName({ adapter, label }: Pick<KeyGroup, "adapter" | "label">): TemplateResult | string {
  if (label === null)
    return adapter === "aside" ? "Set aside until an adapter is chosen" : "An adapter that is not known here";
  return html`<bdi>${label === "" ? "Adapter without a name" : label}</bdi>`;
}

function groupLine(line: Extract<KeyLine, { kind: "group" }>, { open }: LinePlace): TemplateResult {
  const { group } = line;
  const bonds = group.bonds.length === 1 ? "1 bond" : `${group.bonds.length} bonds`;
  return html`<div class="line">
    <h3>${groupName(group)}</h3>
    <p class="quiet small">
      ${
        group.local === null
          ? "own address not known"
          : html`we are <code>${group.local.address}</code> there, ${group.local.type === "static" ? "our own address" : group.local.type}`
      }, ${bonds}
    </p>
    ${group.bonds.length === 0 && !group.movable ? nothing : html`<button @click=${() => open(line)}>Move …</button>`}
  </div>`;
}

function bondLine(line: Extract<KeyLine, { kind: "bond" }>, { now, open }: LinePlace): TemplateResult {
  const { bond } = line;
  const { word, look } = STATES[bond.state];
  return html`<div class="line">
    <button class="name plain" data-main aria-haspopup="dialog" @click=${() => open(line)}>${deviceName(bond.name)}</button>
    <p class="state ${look}"><b>${word}</b></p>
    <p class="facts-line quiet small">
      <code>${bond.peer.address}</code> <span>${keyLevel(bond)}</span>
      ${bond.provenAt === null ? html`<span>never proven</span>` : html`<span title=${exactTime(bond.provenAt)}>proven ${age(bond.provenAt, now)}</span>`}
      ${bond.state === "erased" ? nothing : html`<span>✓ safely stored</span>`}
    </p>
  </div>`;
}

export const keyRowStyles = css`
  li {
    position: absolute;
    inset: 0 0 auto 0;
    height: 5.5rem;
    padding-bottom: var(--space-2);
  }
  .line {
    display: grid;
    grid-template: "name state" 1fr "facts facts" 1fr / minmax(0, 1fr) auto;
    align-items: center;
    column-gap: var(--space-4);
    height: 100%;
    padding: var(--space-1) var(--space-4);
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--surface);
  }
  .group .line {
    border-color: transparent;
    background: none;
    grid-template: "name state" 1fr "facts state" 1fr / minmax(0, 1fr) auto;
    padding-left: 0;
  }
  .group h3,
  .name {
    grid-area: name;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .group p {
    grid-area: facts;
    align-self: start;
  }
  .group button {
    grid-area: state;
  }
  button.name {
    justify-content: start;
    min-height: 2.75rem;
    padding: 0;
    font-weight: 700;
    text-align: start;
  }
  .state {
    grid-area: state;
    padding: 0 var(--space-3);
    border-radius: 1rem;
    font-family: var(--font-sign);
  }
  .state.proven {
    color: var(--before);
    background: var(--before-wash);
  }
  .state.recorded,
  .state.archived {
    color: var(--recorded);
    background: var(--recorded-wash);
  }
  .state.suspect {
    color: var(--suspect);
    background: var(--suspect-wash);
  }
  .facts-line {
    grid-area: facts;
    display: flex;
    gap: 0 var(--space-4);
    max-width: none;
    overflow: hidden;
    white-space: nowrap;
  }
  .facts-line span {
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .facts-line code {
    flex: none;
  }
`;
