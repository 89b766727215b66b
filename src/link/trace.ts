/** What passed between our host and its adapter, for looking at and for taking along. */

export type TraceLayer = "SMP" | "ATT" | "L2CAP" | "data" | "command" | "event" | "advertising";

export interface TraceLine {
  /** Counts from 0 for as long as the recorder lives; never used again. */
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly direction: "sent" | "received";
  readonly layer: TraceLayer;
  /** Octets of the packet. */
  readonly octets: number;
  /** The packet in words, keys and what gives them away blanked; decoded at the first call. */
  text(): string;
}

export interface TraceFile {
  /** Says what is inside: a full capture says so loudly. */
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface TraceSource {
  /** The last packets, oldest first. */
  lines(): readonly TraceLine[];
  /** How many were pushed out by newer ones. */
  readonly dropped: number;
  /** btsnoop, without keys. */
  file(): TraceFile;
  clear(): void;
  /** True while keys and passkeys are recorded, too. */
  readonly full: boolean;
  /** Records everything from now on, keys included. Only after a person confirmed exactly that. */
  beginFull(): void;
  /** What was recorded since `beginFull`, and ends that; the recorder keeps nothing of it. */
  endFull(): TraceFile;
}
