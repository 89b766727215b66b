import { LitElement, type TemplateResult, css, html, nothing } from "lit";
import type { AdapterFacts, AdapterPanel } from "../../state/adapter/panel.ts";
import type { App } from "../../state/app.ts";
import type { AdapterRow } from "../../storage/keys/rows.ts";
import { age } from "../age.ts";
import { base } from "../base.css.ts";
import { controls } from "../controls.css.ts";
import { IMITATIONS, LACKS, dongleWords } from "../dongle-words.ts";
import { cards, column } from "../page.css.ts";
import { surfaces } from "../surfaces.css.ts";
import { Watch } from "../watch.ts";
import { FEATURE_WORDS, shortListWords } from "./adapter-words.ts";
import "./adapter-bridge.ts";
import "./adapter-choice.ts";
import "./adapter-firmware.ts";
import "./adapter-serial.ts";
import "./adapter-slots.ts";

/** The dongle: what it is worth before it is opened, what it says of itself then, its bonds, and those of others. */
export class AdapterPage extends LitElement {
  static override properties = { app: { attribute: false }, state: { attribute: false } };
  static override styles = [
    base,
    controls,
    surfaces,
    column,
    cards,
    css`
      form {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        align-items: end;
        gap: var(--space-3);
        width: 100%;
      }
      ul {
        display: grid;
        gap: var(--space-2);
        padding-left: var(--space-5);
      }
      pre {
        overflow-x: auto;
        padding: var(--space-3);
        border: 1px solid var(--line);
        border-radius: var(--radius);
      }
    `,
  ];

  declare app: App;
  /** Null where the adapter is the system's. */
  declare state: AdapterPanel | null;
  readonly #standing = new Watch(
    this,
    () => this.state?.adapter.standing ?? NOTHING,
    (standing) => standing,
  );
  readonly #grade = new Watch(
    this,
    () => this.state?.adapter.grade ?? NOTHING,
    (grade) => grade,
  );
  readonly #shortList = new Watch(
    this,
    () => this.state?.adapter.shortList ?? NOTHING,
    (short) => short,
  );
  readonly #rows = new Watch(
    this,
    () => this.state?.rows ?? NO_ROWS,
    (rows) => rows,
  );

  protected override render(): TemplateResult {
    const { state } = this;
    return html`<h1 tabindex="-1">Adapter</h1>
      ${state === null ? this.#system() : this.#own(state)}
      <adapter-choice .app=${this.app} .current=${state?.adapter.kind ?? "web-bluetooth"}></adapter-choice>`;
  }

  #system(): TemplateResult {
    return html`<p>
      This page uses the computer's own Bluetooth through the browser. It is the operating system that pairs and keeps the
      keys; about the adapter itself the browser tells nothing.
    </p>`;
  }

  #own(state: AdapterPanel): TemplateResult {
    const standing = this.#standing.value;
    const facts = standing?.kind === "ready" ? standing.facts : null;
    return html`${this.#before(state)} ${facts === null ? nothing : this.#opened(state, facts)}
      ${this.#others(state, facts?.id ?? null)}`;
  }

  #before(state: AdapterPanel): TemplateResult {
    const grade = this.#grade.value;
    const { grant, bridge, serial } = state.adapter;
    if (bridge !== null) return html`<adapter-bridge .desk=${bridge}></adapter-bridge>`;
    if (grade === null) {
      return grant === null
        ? html``
        : html`<section class="card">
            <h2>Choose the dongle</h2>
            <p>The browser shows what is plugged in. Choosing claims nothing yet: first you see whether it can be used.</p>
            <button class="primary" @click=${() => void grant()}>${state.adapter.kind === "serial" ? "Choose a serial port" : "Choose a USB dongle"}</button>
          </section>
          ${serial === null ? nothing : html`<adapter-serial .desk=${serial}></adapter-serial>`}`;
    }
    const { title, happened, next, remarks, recipes } = dongleWords(grade, location.origin);
    return html`<section class="card" aria-label="Before it is opened">
      <h2>${title}</h2>
      <p>${happened}</p>
      ${next.length === 0 ? nothing : html`<ul>${next.map((step) => html`<li>${step}</li>`)}</ul>`}
      ${remarks.map((remark) => html`<p class="quiet">${remark}</p>`)}
      ${recipes.map(
        ({ title: name, where, text }) => html`<h3>${name}</h3>
          <p class="quiet">${where}</p>
          <pre tabindex="0">${text}</pre>
          <button @click=${() => void this.#copy(text)}>Copy</button>`,
      )}
      ${grant === null ? nothing : html`<button @click=${() => void grant()}>Choose another</button>`}
    </section>
    ${
      state.firmware === null
        ? nothing
        : html`<adapter-firmware .panel=${state.firmware} .grade=${grade}></adapter-firmware>`
    }`;
  }

  async #copy(text: string): Promise<void> {
    const { notices, page } = this.app;
    if (await page.copy(text)) notices.done("Copied");
    else notices.problem("The browser did not allow it. Mark the text and copy it by hand");
  }

  #opened(state: AdapterPanel, facts: AdapterFacts): TemplateResult {
    const row = this.#rows.value.find(({ id }) => id === facts.id);
    const { claim, core, acl, lacks, imitation } = facts;
    const bonds = state.bonds.value.get(facts.id) ?? 0;
    const short = this.#shortList.value;
    return html`<section class="card" aria-label="Opened">
      <h2><bdi>${row?.label === undefined || row.label === "" ? "Adapter" : row.label}</bdi></h2>
      <form @submit=${(event: SubmitEvent) => void this.#rename(event, state, facts.id)}>
        <div class="field">
          <label for="label">Your name for it</label>
          <input id="label" autocomplete="off" maxlength="100" .value=${row?.label ?? ""} />
        </div>
        <button type="submit">Rename</button>
      </form>
      ${imitation === "none" ? nothing : html`<div class="note warn"><p>${IMITATIONS[imitation]}</p></div>`}
      <dl class="facts">
        <dt>Address</dt>
        <dd>${claim.address === null ? "none" : html`<code>${claim.address}</code>`}</dd>
        <dt>We are</dt>
        <dd><code>${facts.identity}</code>, kept in the vault for this adapter</dd>
        <dt>Bluetooth</dt>
        <dd>${core ?? `version ${claim.hciVersion}`}, revision ${claim.hciSubversion}; link layer ${claim.lmpVersion}, ${claim.lmpSubversion}</dd>
        <dt>Manufacturer</dt>
        <dd>company ${claim.manufacturer} (0x${claim.manufacturer.toString(16).padStart(4, "0")})</dd>
        ${claim.usb === null ? nothing : html`<dt>USB</dt><dd><code>${hex(claim.usb.vendorId)}:${hex(claim.usb.productId)}</code> ${claim.usb.serial ?? "without serial number"}</dd>`}
        <dt>LE features</dt>
        <dd>${facts.features.map((feature) => FEATURE_WORDS[feature]).join(", ")}</dd>
        <dt>Buffers</dt>
        <dd>${acl.packets} packets of ${acl.length} octets</dd>
      </dl>
      ${short === null ? nothing : html`<p>${shortListWords(short)}</p>`}
      ${
        lacks.length === 0
          ? html`<p>Nothing that Bondkeeper needs is missing.</p>`
          : html`<h3>What cannot be done with it</h3>
            <ul>${lacks.map((lack) => html`<li>${LACKS[lack]}</li>`)}</ul>`
      }
      <button @click=${() => void state.adapter.eject()}>Let go of it, to pull it out</button>
    </section>
    <adapter-slots .panel=${state} .bonds=${bonds}></adapter-slots>`;
  }

  #others(state: AdapterPanel, open: string | null): TemplateResult | typeof nothing {
    const others = this.#rows.value.filter(({ id }) => id !== open);
    if (others.length === 0) return nothing;
    return html`<section class="card">
      <h2>Other adapters used here</h2>
      <p>Their bonds belong to them and are not used with this one.</p>
      <ul>
        ${others.map((row) => this.#other(row, state))}
      </ul>
    </section>`;
  }

  #other({ id, label, lastSeenAt, accepted }: AdapterRow, state: AdapterPanel): TemplateResult {
    const bonds = state.bonds.value.get(id) ?? 0;
    return html`<li>
      <b><bdi>${label === "" ? "Adapter without a name" : label}</bdi></b> <code>${accepted[0]?.address ?? "no address"}</code>,
      ${bonds === 1 ? "1 bond" : `${bonds} bonds`}, last used ${age(lastSeenAt, this.app.now.value)}
    </li>`;
  }

  async #rename(event: SubmitEvent, state: AdapterPanel, id: string): Promise<void> {
    event.preventDefault();
    const input = this.renderRoot.querySelector<HTMLInputElement>("#label");
    if (input !== null) await state.rename(id, input.value);
  }
}

const NOTHING = { value: null, watch: () => () => {} };
const NO_ROWS: { readonly value: readonly AdapterRow[]; readonly watch: () => () => void } = {
  value: [],
  watch: () => () => {},
};
const hex = (id: number): string => id.toString(16).padStart(4, "0");

customElements.define("adapter-page", AdapterPage);
declare global {
  interface HTMLElementTagNameMap {
    "adapter-page": AdapterPage;
  }
}
