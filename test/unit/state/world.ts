/** An `App` over scripted devices, stores in memory and a page that stands still until a test moves it. */
import type { ChooseRequest, Peer } from "../../../src/link/backend.ts";
import { DeviceError } from "../../../src/link/failure.ts";
import type { App } from "../../../src/state/app.ts";
import { Bonds } from "../../../src/state/bonds.ts";
import { Dongles, type TellApart } from "../../../src/state/dongles.ts";
import { Chooser } from "../../../src/state/chooser.ts";
import { Environment } from "../../../src/state/environment.ts";
import { LiveLinks } from "../../../src/state/live.ts";
import { Notices } from "../../../src/state/notices.ts";
import type { Page } from "../../../src/state/page.ts";
import { platformOf } from "../../../src/state/platform.ts";
import { Procedures } from "../../../src/state/procedure.ts";
import { type AddressBar, Router } from "../../../src/state/router.ts";
import { Store } from "../../../src/state/store.ts";
import type { BondRecord } from "../../../src/storage/records.ts";
import { bondRig, RECORD, type Rig, START } from "../../support/bond-rig.ts";
import { ManualClock, settle } from "../../support/manual-clock.ts";
import type { MemoryOptions } from "../../support/memory-stores.ts";
import { ScriptedBackend, type ScriptedPeer } from "../../support/scripted-backend.ts";

export class ManualPage implements Page {
  readonly clock = new ManualClock();
  readonly saved: { readonly name: string; readonly type: string; readonly text: string }[] = [];
  /** What was saved and is no text. */
  readonly files: { readonly name: string; readonly bytes: Uint8Array }[] = [];
  /** What was saved last, as it was given. */
  content: string | Uint8Array = "";
  readonly copied: string[] = [];
  readonly #frame: (() => void)[] = [];

  schedule(run: () => void): void {
    this.#frame.push(run);
  }

  after(ms: number, run: () => void): () => void {
    return this.clock.after(ms, run);
  }

  async copy(text: string): Promise<boolean> {
    this.copied.push(text);
    return true;
  }

  save(name: string, type: string, content: string | Uint8Array): void {
    if (typeof content !== "string") this.files.push({ name, bytes: content });
    this.content = content;
    const text = typeof content === "string" ? content : new TextDecoder().decode(content);
    this.saved.push({ name, type, text });
  }

  reload(): void {}

  useDemo(): void {}

  useAdapter(): void {}

  /** Draws one frame and lets everything settle that it started. */
  async frame(): Promise<void> {
    await settle();
    for (const run of this.#frame.splice(0)) run();
    await settle();
  }
}

/** A chooser that the test answers. */
export class ChoosingBackend extends ScriptedBackend {
  readonly requests: ChooseRequest[] = [];
  #open: PromiseWithResolvers<Peer> | undefined;

  override choose(request?: ChooseRequest, signal?: AbortSignal): Promise<Peer> {
    if (request !== undefined) this.requests.push(request);
    const open = Promise.withResolvers<Peer>();
    this.#open = open;
    signal?.addEventListener("abort", () =>
      open.reject(new DeviceError({ kind: "cancelled", by: "caller" })),
    );
    return open.promise;
  }

  pick(peer: Peer): void {
    this.#open?.resolve(peer);
  }

  closeChooser(): void {
    this.#open?.reject(new DeviceError({ kind: "cancelled", by: "chooser" }));
  }
}

export class FakeBar implements AddressBar {
  search: string;
  hash: string;
  readonly log: string[] = [];
  #listener: () => void = () => {};

  constructor(hash = "", search = "") {
    this.hash = hash;
    this.search = search;
  }

  read(): { readonly search: string; readonly hash: string } {
    return { search: this.search, hash: this.hash };
  }

  push(href: string): void {
    this.log.push(`push ${href}`);
    this.hash = href;
  }

  replace(href: string): void {
    this.log.push(`replace ${href}`);
    this.hash = href;
  }

  scrub(href: string): void {
    this.log.push(`scrub ${href}`);
    this.hash = href;
    this.search = "";
  }

  onChange(listener: () => void): void {
    this.#listener = listener;
  }

  /** What the person does with Back, a bookmark or the keyboard. */
  visit(hash: string): void {
    this.hash = hash;
    this.#listener();
  }
}

export interface World {
  readonly app: App;
  readonly page: ManualPage;
  readonly backend: ChoosingBackend;
  readonly peer: ScriptedPeer;
  readonly stores: Rig["stores"];
  readonly bar: FakeBar;
}

export async function world(
  bonds: readonly BondRecord[] = [],
  memory: MemoryOptions = {},
  tell: TellApart = async () => new Map(),
): Promise<World> {
  const rig = bondRig(bonds, memory);
  const backend = new ChoosingBackend();
  backend.peers = [rig.peer];
  const ports = { ...rig.ports, backend };
  const page = new ManualPage();
  const live = new LiveLinks();
  const chooser = new Chooser(backend, page);
  const bar = new FakeBar();
  const records = new Bonds(ports.stores.bonds, page);
  const dongles = new Dongles(records.view, tell);
  const app: App = {
    ports,
    page,
    environment: new Environment(backend, {
      platform: platformOf({ userAgent: "X11; Linux x86_64 Chrome/156" }),
      address: "https://bonds.example/",
    }),
    router: new Router(bar),
    bonds: records,
    dongles,
    live,
    chooser,
    procedures: new Procedures({ bond: ports, chooser, live, dongles }),
    notices: new Notices(page),
    now: new Store(START),
  };
  await app.bonds.start(new AbortController().signal);
  return { app, page, backend, peer: rig.peer, stores: rig.stores, bar };
}

export const record = (id: string, change: Partial<BondRecord> = {}): BondRecord => ({
  ...RECORD,
  id,
  platformId: `peer-${id}`,
  name: `Device ${id}`,
  ...change,
});

export { settle };
