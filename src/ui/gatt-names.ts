/** Attributes by the names of the assigned numbers; a UUID without one stays a UUID. */
import { type TemplateResult, html } from "lit";
import type { CharacteristicProperty, Uuid } from "../link/gatt.ts";
import {
  characteristicName,
  descriptorName,
  numberOf,
  serviceName,
  shortUuid,
} from "../state/assigned-numbers.ts";

type Kind = "service" | "characteristic" | "descriptor";

const NAMES = { service: serviceName, characteristic: characteristicName, descriptor: descriptorName };

/** "Battery Level", or what it is and whose. */
export function attributeWord(kind: Kind, uuid: Uuid): string {
  return NAMES[kind](uuid) ?? (numberOf(uuid) === null ? `A maker’s own ${kind}` : `Unknown ${kind}`);
}

/** Name and number, for one line. */
export function attributeName(kind: Kind, uuid: Uuid): TemplateResult {
  return html`${attributeWord(kind, uuid)} <code class="quiet">${shortUuid(uuid)}</code>`;
}

/** The same inside a sentence. */
export function attributePhrase(kind: Kind, uuid: Uuid): TemplateResult {
  return html`${NAMES[kind](uuid) ?? kind} <code>${shortUuid(uuid)}</code>`;
}

const PROPERTIES: Readonly<Record<CharacteristicProperty, string>> = {
  broadcast: "broadcast",
  read: "read",
  writeWithoutResponse: "write without response",
  write: "write",
  notify: "notify",
  indicate: "indicate",
  authenticatedSignedWrites: "signed write",
  reliableWrite: "reliable write",
  writableAuxiliaries: "writable description",
};

export function propertyWord(property: CharacteristicProperty): string {
  return PROPERTIES[property];
}
