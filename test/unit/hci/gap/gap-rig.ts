import { LeEnhancedConnectionComplete } from "../../../../hci/host/events.ts";
import { LeReadLocalSupportedFeatures } from "../../../../hci/host/commands/le-setup.ts";
import type { GapOptions } from "../../../../hci/gap/gap.ts";
import { Gap } from "../../../../hci/gap/gap.ts";
import { parseAddress } from "../../../../hci/gap/address.ts";
import type { Address } from "../../../../hci/ports.ts";
import { text } from "../../../support/gap-world.ts";
import { nodeCrypto } from "../../../support/crypto.ts";
import type { ScriptedController } from "../../../support/scripted-controller.ts";
import { startHost } from "../../../support/scripted-controller.ts";

export const identity = {
  address: parseAddress("C0:00:00:00:00:01", "random"),
  irk: Uint8Array.from({ length: 16 }, (_, i) => i + 1),
};

/** Features of a Bluetooth 4.2 controller: everything there was, but no extended advertising and no 2M. */
const LEGACY_FEATURES = Uint8Array.of(0xff, 0, 0, 0, 0, 0, 0, 0);
/** The same without LL privacy: private addresses are the host's business. */
const NO_PRIVACY = Uint8Array.of(0xbf, 0, 0, 0, 0, 0, 0, 0);

export type Kind = "extended" | "legacy" | "no-privacy";

/** GAP over a scripted controller. */
export async function gapOver(kind: Kind, options: Partial<GapOptions> = {}) {
  const started = await startHost((controller: ScriptedController) => {
    if (kind === "extended") return;
    const features = kind === "legacy" ? LEGACY_FEATURES : NO_PRIVACY;
    controller.returns(LeReadLocalSupportedFeatures, { features });
  });
  const gap = await Gap.start(started.host, {
    crypto: nodeCrypto,
    text,
    identity,
    privacy: false,
    ...options,
  });
  started.controller.take();
  return { ...started, gap };
}

export const peer: Address = parseAddress("C0:AA:00:00:00:02", "random");

/** Connection Complete of the kind an adapter with LL privacy sends. */
export function connectedTo(
  controller: ScriptedController,
  address: Address,
  changes: Partial<Parameters<typeof complete>[0]> = {},
): void {
  controller.event(
    LeEnhancedConnectionComplete,
    complete({ peerAddressType: address.type, peerAddress: address.octets, ...changes }),
  );
}

function complete(changes: {
  readonly peerAddressType: "public" | "random" | "publicIdentity" | "randomIdentity";
  readonly peerAddress: Address["octets"];
  readonly handle?: number;
  readonly role?: "central" | "peripheral";
  readonly peerResolvableAddress?: Address["octets"];
}) {
  return {
    status: 0,
    handle: 0x40,
    role: "central",
    localResolvableAddress: new Uint8Array(6),
    peerResolvableAddress: new Uint8Array(6),
    interval: 24,
    latency: 0,
    supervisionTimeout: 72,
    centralClockAccuracy: 0,
    ...changes,
  } as const;
}

/** The attempt ended with this error code. */
export function failed(controller: ScriptedController, status: number): void {
  const octets = new Uint8Array(33);
  octets.set([0x3e, 31, 0x0a, status]);
  controller.raw(octets);
}
