import { AttError } from "../../../hci/att/errors.ts";
import type { DeviceLink } from "../../../hci/device/device-link.ts";
import type { GattClient } from "../../../hci/gatt/client.ts";
import { notConnected, PERFORM } from "./exceptions.ts";
import { operationException } from "./host-errors.ts";

/**
 * One link as the page uses it: operations one after another in the order of the calls, and none that outlives the
 * link. Objects that belong to it are invalid when it ends.
 */
export class GattConnection {
  readonly link: DeviceLink;
  readonly #mayPair: () => Promise<boolean>;
  readonly #open = new Set<(error: DOMException) => void>();
  #tail: Promise<unknown> = Promise.resolve();
  #alive = true;

  /** `mayPair`: asks the person, where an operation needs a bond that is not there. */
  constructor(link: DeviceLink, mayPair: () => Promise<boolean>) {
    this.link = link;
    this.#mayPair = mayPair;
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** Invalidates everything and fails what waits. The link itself is the caller's affair. */
  end(): void {
    this.#alive = false;
    const open = [...this.#open];
    this.#open.clear();
    for (const reject of open) reject(notConnected(PERFORM));
  }

  /** Rejects with a DOMException, at once when the connection ends. */
  run<T>(work: (gatt: GattClient) => Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#open.add(reject);
    const turn = this.#tail.then(() => {
      if (!this.#alive) throw notConnected(PERFORM);
      return this.#attempt(work);
    });
    this.#tail = turn.catch(() => {}); // the caller hears of it; whoever is next goes on
    turn
      .then(resolve, (error: unknown) => reject(operationException(error)))
      .finally(() => this.#open.delete(reject));
    return promise;
  }

  async #attempt<T>(work: (gatt: GattClient) => Promise<T>): Promise<T> {
    try {
      return await work(this.link.gatt);
    } catch (error) {
      if (!(error instanceof AttError && error.needsSecurity) || !(await this.#pairOnDemand())) throw error;
      return work(this.link.gatt);
    }
  }

  /** Only where nothing protects the link and no bond is known: a key that failed is never replaced on the way. */
  async #pairOnDemand(): Promise<boolean> {
    const { link } = this;
    if (link.security !== null || link.bond !== undefined || !(await this.#mayPair())) return false;
    await link.pair();
    await link.secure();
    return true;
  }
}
