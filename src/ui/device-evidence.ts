import { LitElement, type TemplateResult, css, html, nothing } from "lit";
import type { App } from "../state/app.ts";
import type { ShownDevice } from "../state/device.ts";
import { age, exactTime } from "./age.ts";
import { base } from "./base.css.ts";
import { levelWord, proofWord, suspicionMeaning, transportWord } from "./device-words.ts";
import { attributeName } from "./gatt-names.ts";
import { surfaces } from "./surfaces.css.ts";
import { Watch } from "./watch.ts";

interface Rung {
  readonly reached: boolean;
  readonly title: string;
  readonly meaning: string;
  readonly when: TemplateResult | string;
}

/** The ladder of evidence: what is known, what each rung means, and since when. */
export class DeviceEvidence extends LitElement {
  static override properties = { app: { attribute: false }, device: { attribute: false } };
  static override styles = [
    base,
    surfaces,
    css`
      ol {
        display: grid;
        padding: 0;
        list-style: none;
      }
      li {
        display: grid;
        grid-template-columns: 2rem minmax(0, 1fr);
        gap: 0 var(--space-4);
        padding-bottom: var(--space-5);
      }
      li:last-child {
        padding-bottom: 0;
      }
      /* A rung and the pole to the next one: solid as far as the evidence goes. */
      .rung {
        position: relative;
        width: 2rem;
      }
      .rung::before {
        content: "";
        position: absolute;
        top: 0.15rem;
        left: 0.25rem;
        width: 1.5rem;
        height: 1.5rem;
        border: 3px dashed var(--line-strong);
        border-radius: 50%;
      }
      .rung::after {
        content: "";
        position: absolute;
        top: 1.9rem;
        bottom: calc(-1 * var(--space-5));
        left: calc(1rem - 1.5px);
        border-left: 3px dashed var(--line);
      }
      li:last-child .rung::after {
        display: none;
      }
      .reached .rung::before {
        border: 0;
        background: var(--ink);
      }
      .reached .rung::after {
        border-left: 3px solid var(--ink);
      }
      .reached .sign {
        position: absolute;
        top: 0.15rem;
        left: 0.25rem;
        z-index: 1;
        display: grid;
        place-items: center;
        width: 1.5rem;
        height: 1.5rem;
        color: var(--ground);
        font: 700 1rem / 1 var(--font-sign);
      }
      .missing h3 {
        color: var(--ink-2);
        font-weight: 500;
      }
      details {
        color: var(--ink-2);
      }
      summary {
        min-height: 2.75rem;
        align-content: center;
        cursor: pointer;
      }
      details ul {
        padding-inline-start: var(--space-5);
      }
    `,
  ];

  declare app: App;
  declare device: ShownDevice;
  readonly #now = Watch.whole(this, () => this.app.now);

  protected override render(): TemplateResult {
    const rungs = [this.#recorded(), this.#reachable(), this.#verified()];
    return html`<section class="card" aria-labelledby="title">
      <h2 id="title">What is known about this bond</h2>
      ${this.#suspicion()}
      <ol>
        ${rungs.map(
          ({ reached, title, meaning, when }) => html`<li class=${reached ? "reached" : "missing"}>
            <span class="rung" aria-hidden="true"><span class="sign">${reached ? "✓" : ""}</span></span>
            <div>
              <h3>${title}<span class="visually-hidden">: ${reached ? "yes" : "not yet"}</span></h3>
              <p>${meaning}</p>
              <p class="quiet">${when}</p>
            </div>
          </li>`,
        )}
      </ol>
      ${this.#unknown()}
    </section>`;
  }

  #suspicion(): TemplateResult | typeof nothing {
    const { suspect } = this.device.record;
    if (suspect === null) return nothing;
    return html`<div class="note bad">
      <p><b>${suspicionMeaning(suspect.reason)}</b></p>
      <p>
        Noted ${this.#age(suspect.at)}. The record, its proofs and your notes are untouched. Verify again first; repair
        only if you know why the device would have lost the bond.
      </p>
    </div>`;
  }

  #recorded(): Rung {
    const { createdAt, importedFrom } = this.device.record;
    return {
      reached: true,
      title: "Recorded",
      meaning: "Bondkeeper knows of this device. A record proves nothing.",
      when:
        importedFrom === null
          ? html`Added ${this.#age(createdAt)}.`
          : html`Imported from <bdi>${importedFrom}</bdi>, ${this.#age(createdAt)}. Its claims count once they are proven here.`,
    };
  }

  #reachable(): Rung {
    const { record, connectedSince } = this.device;
    return {
      reached: connectedSince !== null || record.lastSeenAt !== null,
      title: "Reachable",
      meaning: "A connection came up. Connections come up without any bond, so this says nothing about it.",
      when:
        connectedSince !== null
          ? html`Connected now, since ${exactTime(connectedSince)}.`
          : record.lastSeenAt === null
            ? "Never seen."
            : html`Last seen ${this.#age(record.lastSeenAt)}.`,
    };
  }

  #verified(): Rung {
    const { proof, state } = this.device;
    const { encryption } = this.app.ports.backend.capabilities.reports;
    const title = encryption ? "Encrypted with the stored key" : "Access verified";
    const meaning = encryption
      ? "The link was encrypted with the key that is stored here. That is what a bond is for."
      : "The device answered something that it answers only on a secured link. This is the best a web page can show.";
    if (proof === null) return { reached: false, title, meaning, when: "Never proven." };
    return {
      reached: state.kind !== "suspect",
      title,
      meaning,
      when: html`${this.#age(proof.at)}: ${proofWord(proof)}${
        proof.probe === null
          ? nothing
          : html`, ${attributeName("characteristic", proof.probe.characteristic)}`
      }${proof.level === null ? nothing : `, level ${levelWord(proof.level)}`}. Over ${transportWord(proof.transport)}.`,
    };
  }

  /** What the present way to the radio cannot tell, in so many words. */
  #unknown(): TemplateResult | typeof nothing {
    const { encryption, bond, adapterPower } = this.app.ports.backend.capabilities.reports;
    const cannot = [
      encryption ? null : "whether the link is encrypted, how, and with how long a key",
      bond ? null : "whether the system keeps a bond with this device",
      adapterPower ? null : "whether Bluetooth is switched on",
    ].filter((text) => text !== null);
    if (cannot.length === 0) return nothing;
    return html`<details>
      <summary>What this page cannot know here</summary>
      <ul>
        ${cannot.map((text) => html`<li>${text}</li>`)}
      </ul>
    </details>`;
  }

  #age(at: string): TemplateResult {
    return html`<span title=${exactTime(at)}>${age(at, this.#now.value)}</span>`;
  }
}

customElements.define("device-evidence", DeviceEvidence);
declare global {
  interface HTMLElementTagNameMap {
    "device-evidence": DeviceEvidence;
  }
}
