/** A page that opened this window: its way in, its requests, and the work they ask for. */
import type { AppStore } from "../../storage/apps/store.ts";
import type { App } from "../app.ts";
import type { PairingManager } from "../pairing-manager.ts";
import { Store } from "../store.ts";
import { Door, type DoorWindow } from "./door.ts";
import { Session } from "./session.ts";
import { ClientWork } from "./work.ts";

export interface ClientPorts {
  readonly app: App;
  /** Null where the system pairs. */
  readonly pairing: PairingManager | null;
  readonly apps: AppStore;
  readonly window: DoorWindow;
  /** 32 octets from the secure source. */
  newToken(): Uint8Array;
}

export class ClientHost {
  readonly origin: string;
  readonly app: App;
  readonly door: Door;
  readonly work: ClientWork;
  /** Null until the page was let in. */
  readonly session = new Store<Session | null>(null);

  constructor(origin: string, ports: ClientPorts) {
    const { app, pairing, apps, window } = ports;
    this.origin = origin;
    this.app = app;
    this.work = new ClientWork(app, pairing);
    const now = (): number => app.ports.surroundings.now();
    this.door = new Door(origin, {
      apps,
      window,
      now,
      newToken: () => ports.newToken(),
      capabilities: () => this.work.capabilities,
      appVersion: app.ports.appVersion,
      admitted: (port) => {
        const after = (ms: number, run: () => void): (() => void) => app.page.after(ms, run);
        this.session.set(new Session(port, { worker: this.work, after, now }));
      },
    });
  }

  start(): void {
    this.door.start();
  }

  close(): void {
    this.session.value?.close();
    this.door.close();
  }
}
