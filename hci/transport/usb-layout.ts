/** Which endpoints of a USB interface carry HCI (Vol 4 Part B 2.1). */

/** The part of a descriptor that is looked at; a `USBAlternateInterface` fits. */
export interface AlternateDescriptor {
  readonly alternateSetting: number;
  readonly endpoints: readonly {
    readonly endpointNumber: number;
    readonly direction: "in" | "out";
    readonly type: "bulk" | "interrupt" | "isochronous";
    readonly packetSize: number;
  }[];
}

export type UsbLayout =
  /** Commands go out on the control endpoint, the rest has endpoints of its own. */
  | {
      readonly kind: "hci";
      readonly events: InEndpoint;
      readonly aclIn: InEndpoint;
      readonly aclOut: number;
    }
  /** Everything as H4 on two bulk pipes. */
  | { readonly kind: "h4"; readonly input: InEndpoint; readonly output: number };

export interface InEndpoint {
  readonly number: number;
  /** Octets of its longest packet. */
  readonly packetSize: number;
}

/** Undefined where the endpoints of this kind are not there. Those for audio are left alone. */
export function usbLayout(kind: UsbLayout["kind"], alternate: AlternateDescriptor): UsbLayout | undefined {
  const input = (type: "bulk" | "interrupt"): InEndpoint | undefined => {
    const found = alternate.endpoints.find((one) => one.type === type && one.direction === "in");
    return found && { number: found.endpointNumber, packetSize: found.packetSize };
  };
  const output = alternate.endpoints.find((one) => one.type === "bulk" && one.direction === "out");
  const bulk = input("bulk");
  if (bulk === undefined || output === undefined) return undefined;
  if (kind === "h4") return { kind, input: bulk, output: output.endpointNumber };
  const events = input("interrupt");
  return events && { kind, events, aclIn: bulk, aclOut: output.endpointNumber };
}
