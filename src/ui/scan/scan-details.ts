import { LitElement, type TemplateResult, css, html, nothing } from "lit";
import type { AdvertisedData } from "../../link/scan.ts";
import { serviceName, shortUuid } from "../../state/assigned-numbers.ts";
import { companyName } from "../../state/scan/companies.ts";
import type { ScanStanding } from "../../state/scan/bonded.ts";
import type { HeardDevice } from "../../state/scan/heard.ts";
import { base } from "../base.css.ts";
import { controls } from "../controls.css.ts";
import { deviceName } from "../device-name.ts";
import { surfaces } from "../surfaces.css.ts";
import { rssiChart } from "./rssi-chart.ts";
import { ADDRESS_WORDS, adTypeWords, dbm, flagWords, hex, nearness } from "./scan-words.ts";

/** Everything one advertiser says of itself. Fires `pair`, `code` and `close`. */
export class ScanDetails extends LitElement {
  static override properties = {
    device: { attribute: false },
    standing: { attribute: false },
    takesCode: { attribute: false },
    now: { attribute: false },
  };
  static override styles = [
    base,
    controls,
    surfaces,
    css`
      .rssi {
        width: 100%;
        height: 5rem;
        border: 1px solid var(--line);
        border-radius: var(--radius);
        background: var(--surface-2);
        color: var(--accent);
      }
      .facts {
        grid-template-columns: minmax(5rem, max-content) minmax(0, 1fr);
        gap: var(--space-2) var(--space-4);
      }
      table {
        width: 100%;
        border-collapse: collapse;
        font-size: var(--text-s);
      }
      th,
      td {
        padding: var(--space-2);
        border-top: 1px solid var(--line);
        text-align: start;
        vertical-align: top;
      }
      th {
        width: 8rem;
        font-weight: 600;
      }
      td {
        overflow-wrap: anywhere;
      }
      caption {
        padding: var(--space-2);
        font-weight: 700;
        text-align: start;
      }
    `,
  ];

  declare device: HeardDevice;
  declare standing: ScanStanding;
  /** It may be paired with a code from another channel. */
  declare takesCode: boolean;
  /** Milliseconds since 1970. A new value draws anew: the device itself is live. */
  declare now: number;

  constructor() {
    super();
    this.standing = { bonded: false, recordId: undefined };
    this.takesCode = false;
    this.now = 0;
  }

  protected override render(): TemplateResult {
    const { device, standing, now } = this;
    const { address, rssi, level, advertised, response } = device;
    return html`<section class="card" aria-labelledby="title">
      <h2 id="title" tabindex="-1">${deviceName(device.name)}</h2>
      <p class="row">
        ${
          device.connectable
            ? html`<button class="primary" @click=${() => this.#tell("pair")}>${pairWord(standing)}</button>`
            : html`<span>It only broadcasts: nobody can connect to it now.</span>`
        }
        ${
          this.takesCode
            ? html`<button @click=${() => this.#tell("code")}>Pair with a code from another channel …</button>`
            : nothing
        }
        <button @click=${() => this.#tell("close")}>Close</button>
      </p>
      ${rssiChart(device.history(now), `Signal over the last minute, now ${dbm(rssi)}, ${nearness(level)}`)}
      <dl class="facts">
        <dt>Signal</dt>
        <dd>${dbm(rssi)}, ${nearness(level)}</dd>
        <dt>Address</dt>
        <dd><code>${address.text}</code><br />${ADDRESS_WORDS[address.kind].long}</dd>
        <dt>Bond</dt>
        <dd>${bondWords(standing)}</dd>
        ${facts(device)}
        <dt>Heard</dt>
        <dd>${device.reports} times</dd>
      </dl>
      ${table("Advertised", advertised)} ${table("Said when asked", response)}
    </section>`;
  }

  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>("h2")?.focus({ preventScroll: true });
  }

  #tell(name: "pair" | "code" | "close"): void {
    this.dispatchEvent(new CustomEvent(name));
  }
}

function pairWord({ bonded, recordId }: ScanStanding): string {
  if (!bonded) return "Pair";
  return recordId === undefined ? "Prove the bond" : "Open its bond";
}

function bondWords({ bonded, recordId }: ScanStanding): string {
  if (bonded) return "You have a bond with this identity. Whether this is the device shows when it encrypts.";
  return recordId === undefined ? "None here" : "None here: it is in your list without one.";
}

function facts({ advertised, response, services, companies }: HeardDevice): TemplateResult {
  const parts = [advertised, response].filter((part) => part !== undefined);
  const power = parts.find(({ txPower }) => txPower !== undefined)?.txPower;
  const appearance = parts.find((part) => part.appearance !== undefined)?.appearance;
  const flags = parts.flatMap((part) => part.flags);
  const pair = (word: string, value: string | undefined): TemplateResult | typeof nothing =>
    value === undefined || value === "" ? nothing : html`<dt>${word}</dt><dd>${value}</dd>`;
  return html`${pair("Services", services.map((uuid) => serviceName(uuid) ?? shortUuid(uuid)).join(", "))}
    ${pair("Maker, as it says", companies.map(companyName).join(", "))}
    ${pair("Flags", flagWords(flags))}
    ${pair("Transmit power", power === undefined ? undefined : dbm(power))}
    ${pair("Appearance", appearance === undefined ? undefined : `0x${appearance.toString(16).padStart(4, "0")}`)}`;
}

function table(title: string, data: AdvertisedData | undefined): TemplateResult | typeof nothing {
  if (data === undefined || data.structures.length === 0) return nothing;
  return html`<table>
    <caption>${title}</caption>
    <tbody>
      ${data.structures.map(({ type, data: octets }) => html`<tr><th scope="row">${adTypeWords(type)}</th><td><code>${hex(octets)}</code></td></tr>`)}
    </tbody>
  </table>`;
}

customElements.define("scan-details", ScanDetails);
declare global {
  interface HTMLElementTagNameMap {
    "scan-details": ScanDetails;
  }
}
