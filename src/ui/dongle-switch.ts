import { type TemplateResult, html, nothing } from "lit";
import type { Place } from "../state/place.ts";
import { base } from "./base.css.ts";
import { controls } from "./controls.css.ts";
import { DevicePart } from "./device-part.ts";
import { placeStep, placeTitle, STEP_HELP } from "./place-words.ts";
import { surfaces } from "./surfaces.css.ts";
import { Watch } from "./watch.ts";

/** Where a bond is with another adapter than the one in use: with which, and the step to it. */
export class DongleSwitch extends DevicePart {
  static override styles = [base, controls, surfaces];

  readonly #place = Watch.whole(this, () => this.screen.place);

  protected override render(): TemplateResult | typeof nothing {
    const place = this.#place.value;
    if (place.kind === "in-use") return nothing;
    return html`<section class="note warn" aria-labelledby="title">
      <h2 id="title">${placeTitle(place)}</h2>
      <p role="status">${about(place)}</p>
      ${this.#step(place)}
    </section>`;
  }

  #step(place: Place): TemplateResult | typeof nothing {
    const step = placeStep(place);
    if (step === null) return nothing;
    return html`<p class="row">
        <button class="primary" aria-describedby="help" ?disabled=${this.locked} @click=${() => void this.screen.useRightAdapter()}>${step}</button>
      </p>
      <p id="help" class="small quiet">${STEP_HELP}</p>`;
  }
}

/** Said as it changes: a dongle that is plugged in brings the button. */
function about(place: Exclude<Place, { readonly kind: "in-use" }>): TemplateResult {
  if (place.kind === "system") return html`A dongle is in use, which has no key for it.`;
  if (place.kind === "other-identity")
    return html`<a href="#/keys">Choose that identity under Keys</a>, then open the dongle anew.`;
  const dongle = place.name === "" ? html`the dongle it was made with` : html`<bdi>${place.name}</bdi>`;
  switch (place.reach) {
    case "there":
      return html`Only ${dongle} has its key, and can be used now.`;
    case "not-plugged-in":
      return html`Only ${dongle} has its key. Plug it in: then you can use it from here.`;
    case "unknown":
      return html`Only ${dongle} has its key. Plug it in, and <a href="#/adapter">choose it under Adapter</a>.`;
  }
}

customElements.define("dongle-switch", DongleSwitch);
declare global {
  interface HTMLElementTagNameMap {
    "dongle-switch": DongleSwitch;
  }
}
