/** What every screen shares; `main.ts` builds it once and hands it to the root element. */
import type { BondPorts } from "../bonds/ensure.ts";
import type { Bonds } from "./bonds.ts";
import type { Chooser } from "./chooser.ts";
import type { Dongles } from "./dongles.ts";
import type { Environment } from "./environment.ts";
import type { LiveLinks } from "./live.ts";
import type { Notices } from "./notices.ts";
import type { Page } from "./page.ts";
import type { Procedures } from "./procedure.ts";
import type { Router } from "./router.ts";
import type { Readable } from "./store.ts";

export interface App {
  readonly ports: BondPorts;
  readonly page: Page;
  /** Which system and browser this is, and whether Bluetooth can be used. */
  readonly environment: Environment;
  readonly router: Router;
  /** All records, fresh. */
  readonly bonds: Bonds;
  /** Which dongle a bond is with, where a device has several. */
  readonly dongles: Dongles;
  /** Who holds a link tells it here; green is only what was proven on it. */
  readonly live: LiveLinks;
  readonly chooser: Chooser;
  readonly procedures: Procedures;
  readonly notices: Notices;
  /** Milliseconds since 1970, renewed every half minute: ages are counted from here. */
  readonly now: Readable<number>;
}
