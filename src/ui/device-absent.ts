import { type TemplateResult, html } from "lit";
import type { Bonds } from "../state/bonds.ts";
import type { DeviceScreenView, ShownDevice } from "../state/device.ts";
import { deviceName } from "./device-name.ts";
import "./storage-trouble.ts";

/** The page of a device that cannot be shown: why, and the way on. What cannot be read is never called missing. */
export function absentDevice(
  view: Exclude<DeviceScreenView, ShownDevice>,
  bonds: Pick<Bonds, "load">,
): TemplateResult {
  const back = html`<p><a class="button" href="#/">All devices</a></p>`;
  switch (view.step) {
    case "loading":
      return html`<h1 tabindex="-1">Device</h1>
        <p class="quiet">Reading what was stored …</p>`;
    case "missing":
      return html`<h1 tabindex="-1">No such device here</h1>
        <p>
          This browser has no record under this link. Records stay in the browser where the device was added; they can be
          exported there and imported here.
        </p>
        ${back}`;
    case "purged":
      return html`<h1 tabindex="-1">${deviceName(view.name)} is deleted</h1>
        <p>Nothing is left of it here. A bond that the system keeps was not touched.</p>
        ${back}`;
    case "unreadable":
      return html`<h1 tabindex="-1">This record cannot be read</h1>
        ${
          view.damaged
            ? html`<p>
                  It was set aside as it was found, and is not used. The device list shows it and lets you save it or delete
                  it.
                </p>
                ${back}`
            : html`<storage-trouble .failure=${view.failure} @retry=${() => void bonds.load()}></storage-trouble>`
        }`;
  }
}
