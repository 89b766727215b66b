/** The dongles that this browser had: which is open, which is there, and the way to each. */
import { wantedPort, wantedUsb } from "../link/hci/transports/wanted.ts";
import { bridgeTrust } from "../state/bridge.ts";
import type { OwnWorld } from "../state/adapter/world.ts";
import { identityOwner } from "../state/keys/tell-apart.ts";
import type { PageKeys } from "../state/keys/screen.ts";
import { isSameLead, Leads, type Lead } from "../state/leads.ts";
import type { Page } from "../state/page.ts";
import type { DongleDesk, OpenDongle } from "../state/place.ts";
import { BRIDGE_KEY, MEMORY, remember, SERIAL_PORT_KEY, SIMULATED_KEY, USB_KEY } from "./remembered.ts";

export interface DeskParts {
  /** Undefined where no dongle is used. */
  readonly own: OwnWorld | undefined;
  /** As `BondRecord.localIdentity`; asked only while the adapter is open. */
  readonly identity: () => string;
  readonly keys: PageKeys["keys"];
  readonly page: Pick<Page, "useAdapter">;
}

export function dongleDesk({ own, identity, keys, page }: DeskParts): DongleDesk {
  const leads = new Leads(MEMORY);
  return {
    open(): OpenDongle | "starting" | null {
      const standing = own?.adapter.standing.value;
      if (standing?.kind === "starting") return "starting";
      return standing?.kind === "ready" ? { adapter: standing.facts.id, identity: identity() } : null;
    },
    adapterOf: (localIdentity) => identityOwner(localIdentity, keys),
    async leadTo(adapter) {
      const lead = leads.of(adapter);
      if (lead === null) return null;
      const wanted = own?.adapter.lead() ?? null;
      return { wanted: wanted !== null && isSameLead(wanted, lead), there: await isThere(lead) };
    },
    follow(adapter) {
      const lead = leads.of(adapter);
      if (lead === null) return;
      choose(lead);
      page.useAdapter(lead.kind, "here");
    },
    watch(listener) {
      const buses = [navigator.usb, navigator.serial];
      for (const type of ["connect", "disconnect"] as const)
        for (const bus of buses) bus?.addEventListener(type, listener);
      const stop = own?.adapter.standing.watch(listener);
      return () => {
        for (const type of ["connect", "disconnect"] as const)
          for (const bus of buses) bus?.removeEventListener(type, listener);
        stop?.();
      };
    },
  };
}

/** For the page that is loaded next. */
function choose(lead: Lead): void {
  switch (lead.kind) {
    case "usb":
      return remember(USB_KEY, JSON.stringify(lead.usb));
    case "serial":
      return remember(SERIAL_PORT_KEY, JSON.stringify(lead.port));
    case "bridge":
      return remember(BRIDGE_KEY, lead.address);
    case "simulator":
      return remember(SIMULATED_KEY, String(lead.number));
  }
}

/** Whether it can be opened without another question of the browser's, as the transports pick it. */
async function isThere(lead: Lead): Promise<boolean> {
  switch (lead.kind) {
    case "usb":
      return wantedUsb((await navigator.usb?.getDevices()) ?? [], lead.usb) !== undefined;
    case "serial":
      return wantedPort((await navigator.serial?.getPorts()) ?? [], lead.port) !== undefined;
    case "bridge":
      return bridgeTrust(lead.address, location.href, __BRIDGES__).kind !== "refused";
    case "simulator":
      return true;
  }
}
