import { type TemplateResult, html } from "lit";

/** A device's name: hostile text, kept apart from ours in direction; a missing one says so. */
export function deviceName(name: string): TemplateResult {
  return name === ""
    ? html`<span class="quiet">Device without a name</span>`
    : html`<bdi dir="auto">${name}</bdi>`;
}
