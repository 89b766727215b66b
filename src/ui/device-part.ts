import { LitElement, type PropertyDeclarations } from "lit";
import type { App } from "../state/app.ts";
import type { DeviceScreen, ShownDevice } from "../state/device.ts";
import type { StorageFailure } from "../storage/ports.ts";
import { storageWords } from "./storage-words.ts";
import { Watch } from "./watch.ts";

/** A part of the page of one device: what all of them are given, and what all of them must know. */
export abstract class DevicePart extends LitElement {
  static override properties: PropertyDeclarations = {
    app: { attribute: false },
    screen: { attribute: false },
    device: { attribute: false },
  };

  declare app: App;
  declare screen: DeviceScreen;
  declare device: ShownDevice;
  readonly #running = new Watch(
    this,
    () => this.screen.procedure.view,
    (view) => view.step === "running",
  );

  /** The bond procedure runs: the record must not change under it. */
  protected get locked(): boolean {
    return this.#running.value;
  }

  /** After an act: that it is done, or why it is not. */
  protected report(failure: StorageFailure | null, done: string): void {
    if (failure === null) this.app.notices.done(done);
    else this.app.notices.problem(storageWords(failure).what);
  }
}
