import { LitElement, type TemplateResult, html, nothing } from "lit";
import type { App } from "../state/app.ts";
import type { ShownDevice } from "../state/device.ts";
import { age, exactTime } from "./age.ts";
import { base } from "./base.css.ts";
import { evidenceStyles } from "./device-evidence.css.ts";
import { levelWord, proofWord, suspicionMeaning, transportWord } from "./device-words.ts";
import { attributePhrase } from "./gatt-names.ts";
import { surfaces } from "./surfaces.css.ts";
import { Watch } from "./watch.ts";

interface Rung {
  readonly reached: boolean;
  readonly title: string;
  readonly meaning: string;
  readonly when: TemplateResult | string;
  /** The state's own colour; words and shape say the same. */
  readonly look?: "proven" | "proven-now";
}

/** The ladder of evidence: what is known, what each rung means, and since when. */
export class DeviceEvidence extends LitElement {
  static override properties = { app: { attribute: false }, device: { attribute: false } };
  static override styles = [base, surfaces, evidenceStyles];

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
          ({
            reached,
            title,
            meaning,
            when,
            look,
          }) => html`<li class=${reached ? `reached ${look ?? ""}` : "missing"}>
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
      meaning: "A connection came up. That happens without any bond too, so it says nothing about one.",
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
      : "The device answers something that it answers only on a secured link. More than that no web page can show.";
    if (proof === null) return { reached: false, title, meaning, when: "Never proven." };
    return {
      reached: state.kind !== "suspect",
      ...(state.kind === "proven" || state.kind === "proven-now" ? { look: state.kind } : {}),
      title,
      meaning,
      when: html`${state.kind === "suspect" ? "Proven before the contradiction, " : "Proven "}${this.#age(proof.at)}: ${proofWord(proof)}${
        proof.probe === null
          ? nothing
          : html`, ${attributePhrase("characteristic", proof.probe.characteristic)}`
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
