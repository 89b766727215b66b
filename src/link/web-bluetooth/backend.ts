import { DEFAULT_LIMITS } from "../backend.ts";
import type { Availability, Backend, Capabilities, ChooseRequest, Peer, TimeLimits } from "../backend.ts";
import { abortable, cancelled, limited } from "../bounded.ts";
import { DeviceError } from "../failure.ts";
import type { Operation } from "../failure.ts";
import { pageTimers } from "../timers.ts";
import type { Timers } from "../timers.ts";
import { WebBluetoothPeer } from "./peer.ts";
import type { PageSurroundings, PlatformBluetooth, PlatformDevice, PlatformRequest } from "./platform.ts";
import { deviceError } from "./translate.ts";

export interface WebBluetoothOptions {
  readonly limits?: TimeLimits;
  readonly timers?: Timers;
}

/** Bluetooth through the browser: the system pairs and keeps the keys; the page sees whether operations succeed. */
export class WebBluetoothBackend implements Backend {
  readonly capabilities: Capabilities;
  readonly #page: PageSurroundings;
  readonly #limits: TimeLimits;
  readonly #timers: Timers;
  readonly #peers = new WeakMap<PlatformDevice, WebBluetoothPeer>();

  constructor(page: PageSurroundings, options: WebBluetoothOptions = {}) {
    this.#page = page;
    this.#limits = options.limits ?? DEFAULT_LIMITS;
    this.#timers = options.timers ?? pageTimers;
    this.capabilities = {
      transport: "web-bluetooth",
      pairing: "on-demand",
      remembersPeers: page.bluetooth?.getDevices !== undefined,
      keysOwnedBy: "system",
      reports: {
        encryption: false,
        bond: false,
        attributeHandles: false,
        adapterPower: false,
        attErrors: false,
      },
    };
  }

  /** `adapter-off` is never the answer: the browser says "available" for a radio that is switched off. */
  async availability(signal: AbortSignal): Promise<Availability> {
    if (signal.aborted) throw cancelled(signal);
    const obstacle = this.#obstacle();
    if (obstacle !== undefined) return obstacle;
    const available = await this.#bounded("availability", signal, (bluetooth) => bluetooth.getAvailability());
    return available ? { state: "ready" } : { state: "adapter-missing" };
  }

  /**
   * Calls the browser before anything is awaited, so that the gesture counts. After an abort the browser's own chooser
   * stays on the screen, because a page cannot close it; what is chosen there is ignored, and the next call replaces it.
   */
  async choose(request: ChooseRequest, signal: AbortSignal): Promise<Peer> {
    if (signal.aborted) throw cancelled(signal);
    try {
      const chosen = this.#bluetooth().requestDevice(platformRequest(request));
      return this.#peer(await abortable(chosen, signal));
    } catch (error) {
      throw deviceError(error, { operation: "choose", linux: this.#page.linux });
    }
  }

  async known(signal: AbortSignal): Promise<readonly Peer[]> {
    if (signal.aborted) throw cancelled(signal);
    if (this.#obstacle() !== undefined) return [];
    const devices = await this.#bounded(
      "availability",
      signal,
      (bluetooth) => bluetooth.getDevices?.() ?? Promise.resolve([]),
    );
    return devices.map((device) => this.#peer(device));
  }

  /** The same device is always the same peer, so that two parts of the page share its one link. */
  #peer(device: PlatformDevice): WebBluetoothPeer {
    const known = this.#peers.get(device);
    if (known !== undefined) return known;
    const peer = new WebBluetoothPeer(device, {
      limits: this.#limits,
      timers: this.#timers,
      linux: this.#page.linux,
    });
    this.#peers.set(device, peer);
    return peer;
  }

  #obstacle(): Exclude<Availability, { state: "ready" }> | undefined {
    const { bluetooth, secureContext, chromium, allowedByPolicy } = this.#page;
    if (!secureContext) return { state: "api-missing", why: "insecure-context" };
    if (allowedByPolicy === false) return { state: "blocked", by: "permissions-policy" };
    if (bluetooth === undefined) return { state: "api-missing", why: chromium ? "disabled" : "browser" };
    return undefined;
  }

  #bluetooth(): PlatformBluetooth {
    const { bluetooth } = this.#page;
    const obstacle = this.#obstacle();
    if (obstacle?.state === "blocked") throw new DeviceError({ kind: "blocked", by: obstacle.by });
    if (obstacle?.state === "api-missing" || bluetooth === undefined) {
      throw new DeviceError({
        kind: "api-missing",
        why: obstacle?.state === "api-missing" ? obstacle.why : "browser",
      });
    }
    return bluetooth;
  }

  async #bounded<T>(
    operation: Exclude<Operation, "choose">,
    signal: AbortSignal,
    call: (bluetooth: PlatformBluetooth) => Promise<T>,
  ): Promise<T> {
    try {
      const work = limited(call(this.#bluetooth()), operation, this.#limits[operation], this.#timers);
      return await abortable(work, signal);
    } catch (error) {
      throw deviceError(error, { operation, linux: this.#page.linux });
    }
  }
}

/** The browser refuses an empty filter: "every device" is a request of its own. */
function platformRequest(request: ChooseRequest): PlatformRequest {
  const optionalServices = [...new Set(request.optionalServices)];
  const filter = {
    ...(request.services.length > 0 ? { services: [...new Set(request.services)] } : {}),
    ...(request.namePrefix !== undefined && request.namePrefix !== ""
      ? { namePrefix: request.namePrefix }
      : {}),
  };
  return Object.keys(filter).length === 0
    ? { acceptAllDevices: true, optionalServices }
    : { filters: [filter], optionalServices };
}
