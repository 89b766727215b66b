import { LitElement, type TemplateResult, css, html, nothing } from "lit";
import type { CharacteristicRef } from "../link/gatt.ts";
import type { App } from "../state/app.ts";
import type { DeviceScreen, ShownDevice } from "../state/device.ts";
import { age } from "./age.ts";
import { base } from "./base.css.ts";
import { controls } from "./controls.css.ts";
import { tableChange, tableChangeStyles } from "./gatt-change.ts";
import { storageWords } from "./storage-words.ts";
import { surfaces } from "./surfaces.css.ts";
import { Watch } from "./watch.ts";
import "./gatt-link.ts";
import "./gatt-tree.ts";

/** What a device offers: the link, what changed, and the tree of its attributes. */
export class GattBrowser extends LitElement {
  static override properties = {
    app: { attribute: false },
    screen: { attribute: false },
    device: { attribute: false },
  };
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
      .foot {
        justify-content: space-between;
      }
    `,
  ];

  declare app: App;
  declare screen: DeviceScreen;
  declare device: ShownDevice;
  readonly #session = Watch.whole(this, () => this.screen.session.view);
  readonly #running = new Watch(
    this,
    () => this.screen.procedure.view,
    (view) => view.step === "running",
  );
  readonly #now = Watch.whole(this, () => this.app.now);

  protected override render(): TemplateResult {
    const { device, screen } = this;
    const session = this.#session.value;
    const open = session.step === "open";
    const table = open ? session.table.now.table : (device.table?.table ?? null);
    return html`
      <h2>What it offers</h2>
      <gatt-link .app=${this.app} .screen=${screen} .device=${device}></gatt-link>
      ${device.record.probe === null && table !== null ? noProbe : nothing}
      ${device.change === null ? nothing : tableChange(device.change, this.#now.value)}
      ${
        table === null
          ? html`<p>Nothing is known yet of what it offers. Connect, and it is asked.</p>`
          : html`<gatt-tree
              .table=${table}
              .screen=${screen}
              .probe=${device.record.probe?.ref ?? null}
              .refused=${device.record.refused}
              ?usable=${open}
              ?choosable=${device.record.archived === null && !this.#running.value}
              @choose-probe=${(event: CustomEvent<CharacteristicRef>) => void this.#choose(event.detail)}
            ></gatt-tree>`
      }
      ${this.#about()}
    `;
  }

  #about(): TemplateResult | typeof nothing {
    const { table } = this.device;
    if (table === null) return nothing;
    const facts = [
      `stored ${age(table.at, this.#now.value)}`,
      table.firmwareRevision === null || table.firmwareRevision === ""
        ? null
        : html`firmware <bdi>${table.firmwareRevision}</bdi>`,
      table.databaseHash === null
        ? null
        : html`database hash <code>${table.databaseHash.slice(0, 8)}…</code>`,
    ].filter((fact) => fact !== null);
    return html`<div class="note">
      <p>The table: ${facts.map((fact, at) => html`${at === 0 ? "" : ", "}${fact}`)}.</p>
      ${
        this.app.ports.backend.capabilities.reports.attributeHandles
          ? nothing
          : html`<p>
              It serves to show, to compare and to choose what proves the bond. It cannot make connecting quicker: the
              browser asks the device anew each time, and keeps a table of its own that a page cannot clear.
            </p>`
      }
      <p class="row"><button @click=${() => void this.#clear()}>Clear the stored table</button></p>
    </div>`;
  }

  async #choose(ref: CharacteristicRef): Promise<void> {
    const { notices } = this.app;
    const failure = await this.screen.chooseProbe(ref, null);
    if (failure === null) notices.done("The probe is chosen. Verify the bond to see whether it proves it.");
    else notices.problem(storageWords(failure).what);
  }

  async #clear(): Promise<void> {
    const failure = await this.screen.clearTable();
    if (failure === null) this.app.notices.done("The stored table is gone. The bond was not touched.");
    else this.app.notices.problem(storageWords(failure).what);
  }
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
