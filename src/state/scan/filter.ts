import { serviceName, shortUuid } from "../assigned-numbers.ts";
import { companyName } from "./companies.ts";
import type { HeardDevice } from "./heard.ts";

export interface ScanFilter {
  /** In name, address or manufacturer. */
  readonly text: string;
  /** In a service's number or name. */
  readonly service: string;
  /** dBm; null for any. */
  readonly least: number | null;
  readonly connectable: boolean;
  readonly bonded: boolean;
}

export const NO_FILTER: ScanFilter = {
  text: "",
  service: "",
  least: null,
  connectable: false,
  bonded: false,
};

export function fits(filter: ScanFilter, device: HeardDevice, bonded: boolean): boolean {
  if (filter.connectable && !device.connectable) return false;
  if (filter.bonded && !bonded) return false;
  if (filter.least !== null && (device.level ?? -Infinity) < filter.least) return false;
  return fitsText(filter.text, device) && fitsService(filter.service, device);
}

function fitsText(text: string, { name, address, companies }: HeardDevice): boolean {
  const wanted = text.trim().toLowerCase();
  if (wanted === "") return true;
  if (name.toLowerCase().includes(wanted) || address.text.toLowerCase().includes(wanted)) return true;
  return companies.some((company) => companyName(company).toLowerCase().includes(wanted));
}

function fitsService(service: string, { services }: HeardDevice): boolean {
  const wanted = service.trim().toLowerCase();
  if (wanted === "") return true;
  return services.some((uuid) =>
    [uuid, shortUuid(uuid), serviceName(uuid) ?? ""].some((word) => word.toLowerCase().includes(wanted)),
  );
}
