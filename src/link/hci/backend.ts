import { isIdentity } from "../../../hci/gap/address.ts";
import { DONGLE_LIMITS } from "../backend.ts";
import type { Availability, Backend, Capabilities, ChooseRequest, Peer, TimeLimits } from "../backend.ts";
import { abortable, cancelled } from "../bounded.ts";
import { DeviceError, failureOf } from "../failure.ts";
import { HciBondAdministration } from "./administration.ts";
import { addressIn, addressOf } from "./addresses.ts";
import type { PeerDirectory } from "./peer.ts";
import { HciPeer } from "./peer.ts";
import type { AdapterSession } from "./session.ts";
import { HeardDevices } from "./sightings.ts";
import { peerIdIn } from "./stored-bond.ts";
import { deviceError } from "./translate.ts";

/**
 * Bluetooth over an adapter of our own: our host stack, our keys. One for each session; the session brings the adapter up
 * again where it was lost, and everything here goes on.
 */
export class HciBackend implements Backend, PeerDirectory {
  readonly capabilities: Capabilities;
  readonly bonds: HciBondAdministration;
  readonly session: AdapterSession;
  readonly #limits: TimeLimits;
  readonly #peers = new Map<string, HciPeer>();
  /** Chosen while this page or process runs. Bonded ones need no choice. */
  readonly #chosen = new Set<string>();

  /** `limits` are read with each call: they may change. */
  constructor(session: AdapterSession, limits: TimeLimits = DONGLE_LIMITS) {
    this.session = session;
    this.#limits = limits;
    this.bonds = new HciBondAdministration(session, async (id) => this.#peers.get(id)?.disconnect());
    this.capabilities = {
      transport: session.ports.transport,
      pairing: "explicit",
      remembersPeers: true,
      keysOwnedBy: "bondkeeper",
      reports: { encryption: true, bond: true, attributeHandles: true, adapterPower: true, attErrors: true },
    };
  }

  /** Tries to bring up again an adapter that was lost. */
  async availability(signal: AbortSignal): Promise<Availability> {
    if (signal.aborted) throw cancelled(signal);
    try {
      await abortable(this.session.ready(signal), signal);
      return { state: "ready" };
    } catch (error) {
      const failure = failureOf(error);
      switch (failure.kind) {
        case "vault-locked":
          return { state: "vault-locked" };
        case "adapter":
          if (failure.state === "missing") return { state: "adapter-missing" };
          if (failure.state === "lost") return { state: "adapter-lost" };
          throw error;
        default:
          throw error;
      }
    }
  }

  async choose(request: ChooseRequest, signal: AbortSignal): Promise<Peer> {
    if (signal.aborted) throw cancelled(signal);
    const stack = await abortable(this.session.ready(signal), signal);
    const bonded = new Set(await this.#bonded());
    const heard = new HeardDevices(stack, request, bonded, (id) => this.session.nameOf(id));
    const scanning = stack.scanner.start({ active: true, duplicates: { report: "all" } }, (advertisement) =>
      heard.hear(advertisement),
    );
    try {
      await abortable(scanning, signal);
      const id = await abortable(this.session.ports.chooser(heard, signal), signal);
      const chosen = heard.all.find((sighting) => sighting.id === id);
      if (chosen === undefined) throw new DeviceError({ kind: "cancelled", by: "chooser" });
      return this.chosen(chosen.id, chosen.name);
    } catch (error) {
      throw deviceError(error, { during: "choose" });
    } finally {
      heard.onChange = undefined;
      void scanning.then((scan) => scan.stop()).catch(() => {});
    }
  }

  /** Those with a bond on this adapter, then those that were chosen here. */
  async known(signal: AbortSignal): Promise<readonly Peer[]> {
    if (signal.aborted) throw cancelled(signal);
    await abortable(this.session.ready(signal), signal);
    const ids = new Set([...(await this.#bonded()), ...this.#chosen]);
    return [...ids].map((id) => this.peer(id));
  }

  reach(peerId: string): Peer | undefined {
    const address = addressIn(peerId);
    if (address === undefined || !isIdentity(address)) return undefined;
    this.#chosen.add(peerId);
    return this.peer(peerId);
  }

  /** One that a person chose elsewhere: in the scanner. Throws DeviceError for what is no id of ours. */
  chosen(id: string, name?: string): HciPeer {
    addressOf(id);
    this.session.named(id, name);
    this.#chosen.add(id);
    return this.peer(id);
  }

  peer(id: string): HciPeer {
    const known = this.#peers.get(id);
    if (known !== undefined) return known;
    const peer = new HciPeer(id, { session: this.session, peers: this, limits: this.#limits });
    this.#peers.set(id, peer);
    return peer;
  }

  async mayConnect(id: string): Promise<boolean> {
    return this.#chosen.has(id) || (await this.#isBonded(id));
  }

  async unchoose(id: string): Promise<boolean> {
    if (await this.#isBonded(id)) return false;
    this.#chosen.delete(id);
    return true;
  }

  async #isBonded(id: string): Promise<boolean> {
    const { keys } = this.session.admitted;
    return (await keys.about(this.session.local, addressOf(id))) !== undefined;
  }

  async #bonded(): Promise<readonly string[]> {
    const { keys } = this.session.admitted;
    return (await keys.list(this.session.local)).filter(({ state }) => state !== "erased").map(peerIdIn);
  }
}
