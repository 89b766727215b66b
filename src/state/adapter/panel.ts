/** The adapter of this page load as a person handles it: is it there, what is it, who has it, what may be done. */
import type { Failure } from "../../link/failure.ts";
import type { Grade } from "../../link/hci/grader/grade.ts";
import type { Imitation, Lack, LeFeature } from "../../link/hci/grader/opened.ts";
import type { AdapterClaim, AdapterRow } from "../../storage/keys/rows.ts";
import type { App } from "../app.ts";
import { type FirmwareDesk, FirmwarePanel } from "./firmware.ts";
import type { PageKeys } from "../keys/screen.ts";
import type { BridgeDesk } from "../bridge.ts";
import type { Lead } from "../leads.ts";
import { type Readable, Store } from "../store.ts";
import type { OwnKind } from "../world.ts";
import type { ShortList } from "./resolving.ts";
import type { SerialDesk } from "./serial.ts";
import type { SlotsDesk } from "./slots.ts";
import type { OwnWorld } from "./world.ts";

/** What an open adapter says of itself, and what we made of it. */
export interface AdapterFacts {
  /** Our id of it. */
  readonly id: string;
  readonly claim: AdapterClaim;
  /** "5.1"; null for a number that no specification has. */
  readonly core: string | null;
  readonly features: readonly LeFeature[];
  /** What it cannot do, by the grader's words. */
  readonly lacks: readonly Lack[];
  readonly imitation: Imitation;
  readonly acl: { readonly length: number; readonly packets: number };
  /** Our own address on it. */
  readonly identity: string;
}

export type Standing =
  | { readonly kind: "starting" }
  | { readonly kind: "ready"; readonly facts: AdapterFacts }
  | { readonly kind: "lost"; readonly failure: Failure }
  /** Another tab has it; `owner` says which, as far as it answers. */
  | { readonly kind: "held"; readonly owner: string | null }
  /** A person let go of it. */
  | { readonly kind: "ejected" };

/** What can be done with the adapter; `app/own-adapter.ts` gives the real one. */
export interface OwnAdapter {
  readonly kind: OwnKind;
  readonly standing: Readable<Standing>;
  /** Of the dongle that was picked, before it is opened; null where nothing can be said. */
  readonly grade: Readable<Grade | null>;
  /** Null where every bonded peer has a place in its resolving list, as far as is known. */
  readonly shortList: Readable<ShortList | null>;
  /** What of it is in use. */
  readonly slots: SlotsDesk;
  /** Files for dongles that need one; null where the way to it does not lead to such. */
  readonly firmware: FirmwareDesk | null;
  /** Of an adapter behind a bridge: which, and whom the keys are shown to. Null for others. */
  readonly bridge: BridgeDesk | null;
  /** Of an adapter behind a serial port: how it is spoken to. Null for others. */
  readonly serial: SerialDesk | null;
  /** Brings it up, or up again. Never rejects: the standing says how it ended. */
  open(): Promise<void>;
  /** Lets a person pick the dongle in the browser's own list; null where none is needed. Straight from a click. */
  readonly grant: (() => Promise<void>) | null;
  /** To the one that is meant, for another page load; null where none was picked, or nobody chose it. */
  lead(): Lead | null;
  /** Takes it from the tab that has it. */
  takeOver(): Promise<void>;
  /** Lets go of it, so that it can be pulled out. */
  eject(): Promise<void>;
}

/** Faster, numbers only flicker. */
const LOOK_MS = 1_000;

export class AdapterPanel {
  readonly app: App;
  readonly adapter: OwnAdapter;
  /** Our record of the open one, and of others that were used here. */
  readonly rows = new Store<readonly AdapterRow[]>([]);
  /** Bonds by adapter id. */
  readonly bonds = new Store<ReadonlyMap<string, number>>(new Map());
  /** Null where no file is ever needed. */
  readonly firmware: FirmwarePanel | null;
  readonly #keys: PageKeys["keys"];

  constructor(app: App, { adapter, keys }: Pick<OwnWorld, "adapter" | "keys">) {
    this.app = app;
    this.adapter = adapter;
    this.#keys = keys.keys;
    this.firmware =
      adapter.firmware === null ? null : new FirmwarePanel(adapter.firmware, app, () => adapter.open());
    void this.firmware?.look();
    adapter.standing.watch(() => void this.look());
    this.#keys.onChange(() => void this.look(), new AbortController().signal);
  }

  /** What stands about adapters in the store; where that cannot be read, Keys says so. */
  async look(): Promise<void> {
    try {
      const [rows, bonds] = await Promise.all([this.#keys.adapters.all(), this.#keys.list()]);
      const counts = new Map<string, number>();
      for (const { adapter } of bonds) counts.set(adapter, (counts.get(adapter) ?? 0) + 1);
      this.rows.set(rows);
      this.bonds.set(counts);
    } catch {
      this.rows.set([]);
    }
  }

  /** Keeps an eye on what is in use, until the result is called. */
  followSlots(): () => void {
    const { slots } = this.adapter;
    let stop = (): void => {};
    const look = (): void => {
      slots.look();
      stop = this.app.page.after(LOOK_MS, look);
    };
    look();
    return () => stop();
  }

  async rename(id: string, label: string): Promise<void> {
    try {
      await this.#keys.adapters.rename(id, label.trim());
      this.app.notices.done("The adapter was renamed");
    } catch {
      this.app.notices.problem("The name was not stored");
    }
    await this.look();
  }
}
