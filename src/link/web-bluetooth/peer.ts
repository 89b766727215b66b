import type { Connection, Peer } from "../backend.ts";
import { abortable, cancelled, limited } from "../bounded.ts";
import { DeviceError } from "../failure.ts";
import { WebBluetoothConnection } from "./connection.ts";
import type { ConnectionSettings } from "./connection.ts";
import type { PlatformDevice, PlatformServer } from "./platform.ts";
import { deviceError } from "./translate.ts";

/** One device that this page may reach. The platform has one GATT server per device, so there is one link at most. */
export class WebBluetoothPeer implements Peer {
  readonly #device: PlatformDevice;
  readonly #settings: ConnectionSettings;
  #connecting = false;
  /** Platform attempts that have not ended, those that nobody waits for any more included. */
  #attempts = 0;
  #connection: WebBluetoothConnection | undefined;

  constructor(device: PlatformDevice, settings: ConnectionSettings) {
    this.#device = device;
    this.#settings = settings;
  }

  get id(): string {
    return this.#device.id;
  }

  get name(): string | undefined {
    // After a reload Chromium gives known devices an empty name.
    return this.#device.name === "" ? undefined : this.#device.name;
  }

  /** Rejects with `busy` while another part of the page connects or is connected. */
  async connect(signal: AbortSignal): Promise<Connection> {
    if (signal.aborted) throw cancelled(signal);
    const server = this.#device.gatt;
    if (server === undefined) throw new DeviceError({ kind: "permission-lost" });
    if (this.#connecting || this.#connection?.ended === false) {
      throw new DeviceError({ kind: "busy", what: "connect" });
    }
    this.#connecting = true;
    try {
      const connecting = this.#connectPlatform(server);
      const connected = await abortable(
        limited(connecting, "connect", this.#settings.limits.connect, this.#settings.timers),
        signal,
      );
      this.#connection = new WebBluetoothConnection(this.#device, connected, this.#settings);
      return this.#connection;
    } catch (error) {
      server.disconnect(); // ends an attempt that goes on without us, where the browser can
      throw deviceError(error, { operation: "connect", linux: this.#settings.linux });
    } finally {
      this.#connecting = false;
    }
  }

  async forget(signal: AbortSignal): Promise<"forgotten" | "unsupported"> {
    if (signal.aborted) throw cancelled(signal);
    if (this.#device.forget === undefined) return "unsupported";
    this.#connection?.close();
    try {
      await abortable(
        limited(this.#device.forget(), "forget", this.#settings.limits.forget, this.#settings.timers),
        signal,
      );
    } catch (error) {
      throw deviceError(error, { operation: "forget", linux: this.#settings.linux });
    }
    return "forgotten";
  }

  async #connectPlatform(server: PlatformServer): Promise<PlatformServer> {
    const connected = await this.#attempt(server);
    // An answer after we gave up would leave a link that nobody owns; a newer attempt or link may keep it.
    if (!this.#connecting && this.#connection?.ended !== false) connected.disconnect();
    return connected;
  }

  /**
   * Chromium lets a new attempt join one that is still open: the end of an abandoned attempt then ends the new one,
   * too. Such an end says nothing about the device, so the attempt is made again, once.
   */
  async #attempt(server: PlatformServer): Promise<PlatformServer> {
    const joined = this.#attempts > 0;
    this.#attempts++;
    try {
      return await server.connect();
    } catch (error) {
      if (!joined || !this.#connecting) throw error;
      return await server.connect();
    } finally {
      this.#attempts--;
    }
  }
}
