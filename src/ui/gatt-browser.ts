import { type TemplateResult, css, html, nothing } from "lit";
import type { CharacteristicRef } from "../link/gatt.ts";
import { tableStanding, type TableStanding } from "../state/gatt-table.ts";
import type { GattTableRecord } from "../storage/records.ts";
import { base } from "./base.css.ts";
import { controls } from "./controls.css.ts";
import { DevicePart } from "./device-part.ts";
import { PROBE_CHOSEN } from "./device-probe.ts";
import { tableChange, tableChangeStyles } from "./gatt-change.ts";
import { standingNote, standingRules } from "./gatt-standing.ts";
import { surfaces } from "./surfaces.css.ts";
import { Watch } from "./watch.ts";
import "./gatt-link.ts";
import "./gatt-tree.ts";

/** What a device offers: the link, what the table is worth, what changed, and the tree of its attributes. */
export class GattBrowser extends DevicePart {
  static override styles = [
    base,
    controls,
    surfaces,
    tableChangeStyles,
    css`
      :host {
        display: grid;
        gap: var(--space-5);
      }
      .about {
        display: grid;
        gap: var(--space-4);
        justify-items: start;
        padding-top: var(--space-5);
        border-top: 1px solid var(--line);
      }
      details ol {
        display: grid;
        gap: var(--space-1);
        margin-top: var(--space-2);
        padding-inline-start: var(--space-5);
      }
    `,
  ];

  readonly #session = Watch.whole(this, () => this.screen.session.view);
  readonly #now = Watch.whole(this, () => this.app.now);

  protected override render(): TemplateResult {
    const { device } = this;
    const { record, stored } = device;
    const session = this.#session.value;
    const standing = tableStanding(stored, record, session, this.#now.value);
    const shown = tableOf(standing);
    const fresh = isFresh(standing);
    return html`
      <h2>What it offers</h2>
      <gatt-link .app=${this.app} .screen=${this.screen} .device=${device}></gatt-link>
      ${device.history === null ? html`<p class="quiet">Reading what was stored …</p>` : this.#standing(standing)}
      ${fresh ? this.#change(true) : nothing}
      ${record.probe === null && shown !== null ? noProbe : nothing}
      ${shown === null ? nothing : this.#tree(shown, standing)}
      ${fresh ? nothing : this.#change(false)}
      ${stored.table === null ? nothing : this.#about(stored.table, standing)}
    `;
  }

  /** News stands above the tree; what is known already stands below it. */
  #change(fresh: boolean): TemplateResult | typeof nothing {
    const { change } = this.device.stored;
    return change === null ? nothing : tableChange(change, fresh);
  }

  #standing(standing: TableStanding): TemplateResult {
    const off = this.#session.value.step === "off";
    return standingNote(standing, {
      now: this.#now.value,
      maxAgeDays: this.device.stored.maxAgeDays,
      connectable: off && this.device.record.archived === null && !this.locked,
      reconnect: () => void this.#reconnect(),
    });
  }

  #tree({ table }: GattTableRecord, standing: TableStanding): TemplateResult {
    const { record } = this.device;
    return html`<gatt-tree
      .table=${table}
      .screen=${this.screen}
      .probe=${record.probe?.ref ?? null}
      .refused=${record.refused}
      ?usable=${standing.kind === "asked"}
      ?stale=${isStale(standing)}
      ?choosable=${record.archived === null && !this.locked}
      @choose-probe=${(event: CustomEvent<CharacteristicRef>) => void this.#choose(event.detail)}
    ></gatt-tree>`;
  }

  #about({ firmwareRevision, databaseHash }: GattTableRecord, standing: TableStanding): TemplateResult {
    return html`<section class="about" aria-labelledby="about">
      <h3 id="about">The stored table</h3>
      ${
        firmwareRevision === null && databaseHash === null
          ? nothing
          : html`<dl class="facts">
              ${firmwareRevision === null ? nothing : html`<dt>Firmware revision</dt><dd><bdi>${firmwareRevision}</bdi></dd>`}
              ${databaseHash === null ? nothing : html`<dt>Database Hash</dt><dd><code>${databaseHash}</code></dd>`}
            </dl>`
      }
      ${standingRules(standing)}
      ${
        this.app.ports.backend.capabilities.reports.attributeHandles
          ? nothing
          : html`<p class="quiet">
              It serves to show, to compare and to choose what proves the bond. It cannot make connecting quicker: the
              browser asks the device anew each time, and keeps a table of its own that a page cannot clear.
            </p>`
      }
      <button @click=${() => void this.#clear()}>Clear the stored table</button>
    </section>`;
  }

  async #choose(ref: CharacteristicRef): Promise<void> {
    this.report(await this.screen.chooseProbe(ref, null), PROBE_CHOSEN);
  }

  async #clear(): Promise<void> {
    this.report(await this.screen.clearTable(), "The stored table is gone. The bond was not touched.");
  }

  async #reconnect(): Promise<void> {
    await this.screen.session.disconnect();
    await this.screen.session.connect();
  }
}

function tableOf(standing: TableStanding): GattTableRecord | null {
  switch (standing.kind) {
    case "none":
      return null;
    case "asked":
      return standing.kept.now;
    case "stored":
      return standing.table;
  }
}

function isStale(standing: TableStanding): boolean {
  if (standing.kind === "asked") return standing.outdated;
  return standing.kind === "stored" && standing.verdict.verdict === "stale";
}

/** The change was seen on the link that is up. */
function isFresh(standing: TableStanding): boolean {
  if (standing.kind !== "asked") return false;
  const { before, now } = standing.kept;
  return before !== null && before.structureHash !== now.structureHash;
}

const noProbe = html`<div class="note">
  <p><b>Nothing proves this bond yet.</b></p>
  <p>
    Read the values below. One that the device refuses, and answers after pairing, becomes the probe by itself. If you know
    one that it protects, open it and choose it.
  </p>
</div>`;

customElements.define("gatt-browser", GattBrowser);
declare global {
  interface HTMLElementTagNameMap {
    "gatt-browser": GattBrowser;
  }
}
