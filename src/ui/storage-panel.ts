import { LitElement, type TemplateResult, css, html } from "lit";
import type { Preferences } from "../state/preferences.ts";
import type { StorageHealth } from "../storage/persist.ts";
import { base } from "./base.css.ts";
import { controls } from "./controls.css.ts";
import { surfaces } from "./surfaces.css.ts";
import { Watch } from "./watch.ts";

/** Whether the browser promises to keep what is stored, and how full it is. */
export class StoragePanel extends LitElement {
  static override properties = { state: { attribute: false } };
  static override styles = [
    base,
    controls,
    surfaces,
    css`
      .card {
        justify-items: start;
      }
      .badge {
        display: inline-flex;
        align-items: center;
        gap: var(--space-2);
        padding: var(--space-1) var(--space-3);
        border: 2px solid currentcolor;
        border-radius: var(--radius);
        font: 700 var(--text-m) / 1.4 var(--font-sign);
      }
    `,
  ];

  declare state: Preferences;
  readonly #health = Watch.whole(this, () => this.state.health);

  protected override render(): TemplateResult {
    const health = this.#health.value;
    return html`<section class="card" aria-labelledby="title">
      <h2 id="title">Storage</h2>
      ${health === null ? html`<p class="quiet">Asking the browser …</p>` : this.#state(health)}
    </section>`;
  }

  #state(health: StorageHealth): TemplateResult {
    const used = usage(health);
    const persistent = health.persistence === "persistent";
    return html`<p><span class="badge">${persistent ? "■ Kept" : "□ Not promised"}</span></p>
      <p>
        ${
          persistent
            ? "The browser keeps what is stored here until you delete it."
            : health.persistence === "best-effort"
              ? "The browser may delete what is stored here when space runs short. Ask it to promise, and export your records from time to time."
              : "This browser does not say whether it keeps what is stored here. Export your records from time to time."
        }
      </p>
      ${used === null ? "" : html`<p class="quiet">${used}</p>`}
      ${
        persistent
          ? ""
          : html`<button @click=${() => void this.state.askPersistence()}>Ask the browser to keep it</button>`
      }`;
  }
}

function usage({ usage: used, quota }: StorageHealth): string | null {
  if (used === null) return null;
  return quota === null ? `${size(used)} in use.` : `${size(used)} of ${size(quota)} in use.`;
}

function size(octets: number): string {
  const units = ["B", "kB", "MB", "GB"];
  let value = octets;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit] ?? ""}`;
}

customElements.define("storage-panel", StoragePanel);
declare global {
  interface HTMLElementTagNameMap {
    "storage-panel": StoragePanel;
  }
}
