import type { LinkSecurity as ServedSecurity } from "../att/attribute.ts";
import type { AttBearer } from "../att/bearer.ts";
import type { GattServer, RememberedClient } from "../gatt/server.ts";
import type { ServedLink } from "../gatt/served-link.ts";

/**
 * Our server towards one peer. What a bonded client left with us comes back only when its key has encrypted the link:
 * an address is no proof, and Service Changed told in clear is lost on a client that rightly ignores it.
 */
export class Serving {
  readonly #server: GattServer;
  readonly #bearer: AttBearer;
  readonly #security: () => ServedSecurity;
  #link: ServedLink;

  constructor(server: GattServer, bearer: AttBearer, security: () => ServedSecurity) {
    this.#server = server;
    this.#bearer = bearer;
    this.#security = security;
    this.#link = server.attach(bearer, { security });
  }

  /** The client proved to be the one that left this behind. */
  restore(remembered: RememberedClient): void {
    const now = this.#link.remember();
    this.#server.detach(this.#link, new Error("Cannot wait for a confirmation: the client was recognised"));
    const merged: RememberedClient = {
      configurations: [...remembered.configurations, ...now.configurations],
      features: remembered.features | now.features,
      hash: remembered.hash,
    };
    this.#link = this.#server.attach(this.#bearer, { security: this.#security, remembered: merged });
  }

  remember(): RememberedClient {
    return this.#link.remember();
  }

  end(cause: Error): void {
    this.#server.detach(this.#link, cause);
  }
}
