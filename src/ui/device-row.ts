/** One row of the device list. All rows are of one height: names are cut on one line, whatever a device calls itself. */
import { type TemplateResult, css, html, nothing } from "lit";
import type { DeviceList, DeviceRow } from "../state/device-list.ts";
import { age, exactTime } from "./age.ts";
import { stateDetail, stateWord } from "./bond-words.ts";
import { deviceName } from "./device-name.ts";
import { icon } from "./icons.ts";
import "./bond-badge.ts";

export interface RowPlace {
  readonly index: number;
  readonly count: number;
  readonly active: boolean;
  readonly now: number;
  readonly href: string;
}

export function deviceRow(row: DeviceRow, place: RowPlace, list: DeviceList): TemplateResult {
  const archived = row.state.kind === "archived";
  return html`<li
    role="listitem"
    data-index=${place.index}
    aria-posinset=${place.index + 1}
    aria-setsize=${place.count}
  >
    <div class="line ${row.state.kind}">
      <bond-badge look="mark" .state=${row.state}></bond-badge>
      ${archived ? name(row) : link(row, place)}
      <p class="state"><b>${stateWord(row.state)}</b><span>${stateDetail(row.state, place.now)}</span></p>
      ${archived ? archivedActs(row, place, list) : facts(row, place)}
    </div>
  </li>`;
}

const name = (row: DeviceRow): TemplateResult => html`<span class="name">${deviceName(row.name)}</span>`;

function link(row: DeviceRow, { active, href, index }: RowPlace): TemplateResult {
  return html`<a class="name" data-main href=${href} tabindex=${active ? 0 : -1} aria-describedby=${isToldApart(row) ? `apart-${index}` : nothing}>${deviceName(row.name)}</a>`;
}

/** Whether a row says more than its name of which device or bond it is. */
const isToldApart = ({ address, dongle }: DeviceRow): boolean => address !== "" || dongle !== "";

/** How many lines `apart` gets in every row of a list: on a phone, each address is on a line of its own. */
export function apartClass(rows: readonly DeviceRow[]): string {
  if (rows.some(({ address, dongle }) => address !== "" && dongle !== "")) return "told-apart twice";
  return rows.some(isToldApart) ? "told-apart" : "";
}

/** What a person needs is not cut. */
function apart({ address, dongle }: DeviceRow, index: number): TemplateResult {
  return html`<p class="apart" id="apart-${index}">
    ${address === "" ? nothing : html`<code>${address}</code>`}
    ${dongle === "" ? nothing : html`<span>with <bdi>${dongle}</bdi></span>`}
  </p>`;
}

function facts(row: DeviceRow, { now, index }: RowPlace): TemplateResult {
  const seen = row.lastSeenAt;
  return html`<div class="what small quiet">
      ${isToldApart(row) ? apart(row, index) : nothing}
      <p class="facts-line">
      ${row.kind === "" ? "" : html`<span>${row.kind}</span>`}
      ${row.imported ? html`<span>imported</span>` : ""}
      ${seen === null ? html`<span>never seen</span>` : html`<span title=${exactTime(seen)}>seen ${age(seen, now)}</span>`}
      </p>
    </div>
    <span class="go">${icon("forward")}</span>`;
}

function archivedActs(row: DeviceRow, { active }: RowPlace, list: DeviceList): TemplateResult {
  const tabindex = active ? 0 : -1;
  const called = row.name === "" ? "the device without a name" : row.name;
  return html`<p class="acts">
    <button data-main tabindex=${tabindex} aria-label="Restore ${called}" @click=${() => void list.restore(row.id)}>
      Restore
    </button>
    <button
      class="danger"
      tabindex=${tabindex}
      aria-label="Delete ${called} for good"
      @click=${(event: Event) => event.target?.dispatchEvent(new AskPurge(row))}
    >
      Delete
    </button>
  </p>`;
}

/** The list asks first: one dialog for all rows. */
export class AskPurge extends Event {
  readonly row: DeviceRow;

  constructor(row: DeviceRow) {
    super("ask-purge", { bubbles: true });
    this.row = row;
  }
}

export const deviceRowStyles = css`
  li {
    position: absolute;
    inset: 0 0 auto 0;
    height: 6rem;
    padding-bottom: var(--space-2);
  }
  .line {
    position: relative;
    display: grid;
    grid-template:
      "mark name state go" 1fr
      "mark facts state go" 1fr / 3.5rem minmax(0, 1fr) minmax(0, 17rem) 1.5rem;
    align-items: center;
    column-gap: var(--space-4);
    height: 100%;
    padding: var(--space-2) var(--space-4);
    border: 1px solid var(--line);
    border-radius: var(--radius-l);
    background: var(--surface);
  }
  .line:hover {
    border-color: var(--line-strong);
  }
  .line > bond-badge {
    grid-area: mark;
    justify-self: center;
  }
  .name {
    grid-area: name;
    align-self: end;
    min-width: 0;
    overflow: hidden;
    color: var(--ink);
    font: 700 var(--text-l) / 1.3 var(--font-sign);
    text-decoration: none;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .name bdi {
    overflow-wrap: normal;
  }
  /* The whole row is the target; the link is its name. */
  a.name::after {
    content: "";
    position: absolute;
    inset: 0;
    border-radius: var(--radius-l);
  }
  a.name:focus-visible {
    outline: none;
  }
  a.name:focus-visible::after {
    outline: 3px solid var(--accent);
    outline-offset: 2px;
  }
  .state {
    grid-area: state;
    display: grid;
    line-height: 1.3;
  }
  .state b {
    font-family: var(--font-sign);
    font-size: var(--text-m);
  }
  .state span {
    display: -webkit-box;
    overflow: hidden;
    color: var(--ink-2);
    font-size: var(--text-s);
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
  }
  .proven-now .state b {
    color: var(--proven);
  }
  .proven .state b {
    color: var(--before);
  }
  .suspect .state b {
    color: var(--suspect);
  }
  .recorded .state b,
  .archived .state b {
    color: var(--recorded);
  }
  .what {
    grid-area: facts;
    align-self: start;
    min-width: 0;
    line-height: 1.35;
  }
  .told-apart {
    --apart-lines: 2;
  }
  .told-apart.twice {
    --apart-lines: 3;
  }
  .told-apart li {
    height: calc(5rem + var(--apart-lines) * 1.3rem);
  }
  .told-apart .line {
    grid-template-rows: auto auto;
    align-content: center;
  }
  .apart {
    display: -webkit-box;
    overflow: hidden;
    overflow-wrap: anywhere;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: var(--apart-lines);
  }
  .facts-line {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .facts-line span + span::before {
    content: " · ";
  }
  .go {
    grid-area: go;
    color: var(--ink-2);
  }
  .go svg {
    display: block;
  }
  .acts {
    grid-area: facts;
    display: flex;
    gap: var(--space-2);
  }
  .archived .acts {
    grid-area: 1 / 4 / 3 / 5;
  }
  .archived.line {
    grid-template-columns: 3.5rem minmax(0, 1fr) minmax(0, 14rem) auto;
    background: var(--surface-2);
  }
  .archived .name {
    grid-row: 1 / 3;
    align-self: center;
  }
  @media (max-width: 44rem) {
    li {
      height: 7rem;
    }
    .told-apart li {
      height: calc(6.2rem + var(--apart-lines) * 1.3rem);
    }
    .line {
      grid-template:
        "mark name" auto
        "mark state" auto
        "mark facts" auto / 2.75rem minmax(0, 1fr);
      align-content: center;
      column-gap: var(--space-3);
      padding: var(--space-2) var(--space-3);
    }
    .state {
      display: block;
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }
    .line > bond-badge {
      --mark-size: 2.75rem;
    }
    .go {
      display: none;
    }
    .state span {
      display: inline;
    }
    .state span::before {
      content: " ";
    }
    .archived.line {
      grid-template:
        "mark name" auto
        "mark state" auto
        "mark facts" auto / 2.75rem minmax(0, 1fr);
    }
    .archived .name {
      grid-row: auto;
    }
    .archived .acts {
      grid-area: facts;
    }
    .acts button {
      min-height: 2.5rem;
      padding: 0 var(--space-3);
    }
  }
`;
