import { type TemplateResult, css, html, nothing } from "lit";
import { serviceName, shortUuid } from "../../state/assigned-numbers.ts";
import { companyName } from "../../state/scan/companies.ts";
import type { HeardDevice } from "../../state/scan/heard.ts";
import { deviceName } from "../device-name.ts";
import { rssiChart } from "./rssi-chart.ts";
import { ADDRESS_WORDS, dbm, nearness } from "./scan-words.ts";

export const scanRowStyles = css`
  .rows {
    container-type: inline-size;
    position: relative;
    padding: 0;
    list-style: none;
  }
  .rows > li {
    position: absolute;
    inset: 0 0 auto;
    height: 5.75rem;
    padding-bottom: var(--space-2);
  }
  .row-button {
    display: grid;
    grid-template-columns: minmax(0, 1fr) 7rem 6rem;
    grid-template-rows: auto auto;
    align-items: center;
    gap: 0 var(--space-4);
    width: 100%;
    height: 100%;
    padding: var(--space-2) var(--space-4);
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--surface);
    font-weight: 400;
    text-align: start;
  }
  .row-button[aria-expanded="true"] {
    border: 2px solid var(--accent);
  }
  .name,
  .what {
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .name {
    font: 700 var(--text-l) / 1.3 var(--font-sign);
  }
  .what {
    color: var(--ink-2);
    font-size: var(--text-s);
  }
  .rssi {
    grid-row: 1 / 3;
    grid-column: 2;
    width: 100%;
    height: 2.5rem;
    color: var(--accent);
  }
  .signal {
    grid-row: 1;
    grid-column: 3;
    font-variant-numeric: tabular-nums;
    text-align: end;
  }
  .near {
    grid-row: 2;
    grid-column: 3;
    color: var(--ink-2);
    font-size: var(--text-s);
    text-align: end;
  }
  .mark {
    padding: 0 var(--space-2);
    border: 1px solid currentcolor;
    border-radius: 99rem;
    font: 600 var(--text-s) / 1.4 var(--font-text);
  }
  @container (max-width: 40rem) {
    .row-button {
      grid-template-columns: minmax(0, 1fr) 5.5rem;
    }
    .row-button .rssi {
      display: none;
    }
    .signal,
    .near {
      grid-column: 2;
    }
  }
`;

export interface ScanRowOptions {
  readonly index: number;
  readonly count: number;
  /** The row that Tab enters. */
  readonly active: boolean;
  readonly selected: boolean;
  readonly bonded: boolean;
  readonly now: number;
  readonly select: () => void;
}

export function scanRow(device: HeardDevice, options: ScanRowOptions): TemplateResult {
  const { index, count, active, selected, bonded, now, select } = options;
  const history = device.history(now);
  return html`<li data-index=${index} aria-setsize=${count} aria-posinset=${index + 1}>
    <button
      class="row-button"
      tabindex=${active ? 0 : -1}
      aria-expanded=${selected ? "true" : "false"}
      @click=${select}
    >
      <span class="name">${deviceName(device.name)} ${bonded ? html`<span class="mark">Bonded</span>` : nothing}</span>
      <span class="what">${summary(device)}</span>
      ${rssiChart(history, "Signal over the last minute")}
      <span class="signal">${dbm(device.rssi)}</span>
      <span class="near">${nearness(device.level)}</span>
    </button>
  </li>`;
}

/** Address, what it offers, who made it. */
function summary({ address, services, companies, connectable }: HeardDevice): string {
  return [
    `${address.text} ${ADDRESS_WORDS[address.kind].short}`,
    connectable ? "" : "not connectable",
    ...services.map((uuid) => serviceName(uuid) ?? shortUuid(uuid)),
    ...companies.map(companyName),
  ]
    .filter(Boolean)
    .join(" · ");
}
