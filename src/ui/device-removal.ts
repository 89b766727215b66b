import { type TemplateResult, css, html, nothing } from "lit";
import { lastProof } from "../bonds/evidence.ts";
import { displayName } from "../bonds/record.ts";
import type { GoneView } from "../state/device.ts";
import { base } from "./base.css.ts";
import type { ConfirmDialog } from "./confirm-dialog.ts";
import { controls } from "./controls.css.ts";
import { deviceName } from "./device-name.ts";
import { DevicePart } from "./device-part.ts";
import { removalSteps } from "./explain/system.ts";
import { storageWords } from "./storage-words.ts";
import { surfaces } from "./surfaces.css.ts";
import { Watch } from "./watch.ts";
import "./confirm-dialog.ts";

/** After a device was let go: what is left where, how to remove the rest, and the way back. */
export class DeviceRemoval extends DevicePart {
  static override styles = [
    base,
    controls,
    surfaces,
    css`
      .steps {
        display: grid;
        gap: var(--space-2);
        padding-inline-start: var(--space-5);
      }
    `,
  ];

  readonly #gone = Watch.whole(this, () => this.screen.gone);

  protected override render(): TemplateResult | typeof nothing {
    switch (this.device.record.archived?.why) {
      case undefined:
        return nothing;
      case "repair":
        return html`<section class="card" aria-labelledby="title">
          <h2 id="title">The old bond is kept aside</h2>
          <p>A repair was cut short. Put the old bond back, or repair again.</p>
          <p class="row"><button class="primary" @click=${() => void this.#restore()}>Put the old bond back</button></p>
        </section>`;
      case "removed":
        return this.#removed();
    }
  }

  #removed(): TemplateResult {
    return html`<section class="card" aria-labelledby="title">
        <h2 id="title">Forgotten here</h2>
        <p>The record, its proofs and your notes are kept aside. Nothing uses them.</p>
        <p class="row">
          <button class="primary" @click=${() => void this.#restore()}>Put it back</button>
          <button class="danger" @click=${() => void this.#purge()}>Delete for good</button>
        </p>
        ${this.#systemOwned ? this.#system() : nothing}
      </section>
      <confirm-dialog></confirm-dialog>`;
  }

  /** The page never had the keys; whoever has them still does. */
  get #systemOwned(): boolean {
    const { keysOwnedBy } = this.app.ports.backend.capabilities;
    return keysOwnedBy === "system" && lastProof(this.device.record) !== undefined;
  }

  #system(): TemplateResult {
    const asking = this.#gone.value.kind === "asking";
    return html`<h3>The bond itself belongs to the system</h3>
      <p>A page cannot remove it. Remove it where it is kept:</p>
      <ol class="steps">
        ${removalSteps(this.screen.system).map((step) => html`<li>${step}</li>`)}
        <li>Remove this computer on the device too, if it has a list of its hosts.</li>
      </ol>
      <p class="row">
        <button ?disabled=${asking} @click=${() => void this.screen.checkGone()}>
          ${asking ? "Checking …" : "Check that it is gone"}
        </button>
      </p>
      <p class="small quiet">
        The check reads the probe once. If a system dialog asks whether to pair, decline it: then the bond is gone.
      </p>
      ${goneWords(this.#gone.value)}`;
  }

  async #restore(): Promise<void> {
    this.report(await this.screen.restore(), "It is back, as it was.");
  }

  async #purge(): Promise<void> {
    const dialog = this.renderRoot.querySelector<ConfirmDialog>("confirm-dialog");
    const name = displayName(this.device.record);
    const yes = await dialog?.ask({
      title: "Delete for good?",
      body: html`<p>
        The record of ${deviceName(name)}, its proofs, its history, your notes and its attribute table are deleted. This
        cannot be undone. A bond that the system keeps stays there.
      </p>`,
      yes: "Delete for good",
      no: "Keep it",
      danger: true,
    });
    if (yes === true) this.report(await this.screen.purge(), "The record is deleted.");
  }
}

function goneWords(gone: GoneView): TemplateResult | typeof nothing {
  switch (gone.kind) {
    case "not-asked":
    case "asking":
      return nothing;
    case "gone":
      return html`<p class="note" role="status">The device refused the protected read: the bond is gone.</p>`;
    case "still-answers":
      return html`<p class="note warn" role="status">
        The device still answers the protected read. The bond is still there, or the system paired anew to answer.
      </p>`;
    case "cannot-tell":
      return html`<p class="note warn" role="status">${CANNOT_TELL[gone.why]}</p>`;
    case "failed":
      return html`<p class="note bad" role="alert">${storageWords(gone.failure).what}</p>`;
  }
}

const CANNOT_TELL = {
  "no-probe": "Nothing can be said: there is no probe to read.",
  "needs-chooser":
    "Nothing can be said: the browser no longer knows the device, and no page may look for it without you.",
  unreachable: "Nothing can be said: the device did not answer. Bring it closer and check again.",
} as const;

customElements.define("device-removal", DeviceRemoval);
declare global {
  interface HTMLElementTagNameMap {
    "device-removal": DeviceRemoval;
  }
}
