import type { Bytes } from "../../ports.ts";

/** Connection parameters in the units of the air: interval 1.25 ms, latency in events, timeout 10 ms. */
export interface LinkParameters {
  readonly interval: number;
  readonly latency: number;
  readonly timeout: number;
}

/** Octets and microseconds that one side can or does use per data PDU (Vol 6 Part B 4.5.10). */
export interface DataLength {
  readonly txOctets: number;
  readonly txTime: number;
  readonly rxOctets: number;
  readonly rxTime: number;
}

/** Sets of PHYs as bits: 1 for LE 1M, 2 for LE 2M, 4 for LE Coded. */
export interface PhySets {
  readonly tx: number;
  readonly rx: number;
}

export interface Version {
  readonly version: number;
  readonly company: number;
  readonly subversion: number;
}

/** Link Layer Control PDUs (Vol 6 Part B 2.4.2), those that change what a host can see. Names are the specification's. */
export type ControlPdu =
  | { readonly op: "TERMINATE_IND"; readonly reason: number }
  | { readonly op: "ENC_REQ"; readonly rand: Bytes; readonly ediv: number; readonly skdm: Bytes }
  | { readonly op: "ENC_RSP"; readonly skds: Bytes }
  | { readonly op: "START_ENC_REQ" }
  | { readonly op: "START_ENC_RSP" }
  | { readonly op: "PAUSE_ENC_REQ" }
  | { readonly op: "PAUSE_ENC_RSP" }
  | { readonly op: "REJECT_IND"; readonly of: ControlPdu["op"]; readonly reason: number }
  | { readonly op: "FEATURE_REQ"; readonly features: Bytes }
  | { readonly op: "PERIPHERAL_FEATURE_REQ"; readonly features: Bytes }
  | { readonly op: "FEATURE_RSP"; readonly features: Bytes }
  | ({ readonly op: "VERSION_IND" } & Version)
  | { readonly op: "CONNECTION_UPDATE_IND"; readonly parameters: LinkParameters; readonly instant: number }
  | { readonly op: "CONNECTION_PARAM_REQ"; readonly range: ParameterRange }
  | { readonly op: "CONNECTION_PARAM_RSP"; readonly range: ParameterRange }
  | ({ readonly op: "LENGTH_REQ" } & DataLength)
  | ({ readonly op: "LENGTH_RSP" } & DataLength)
  | ({ readonly op: "PHY_REQ" } & PhySets)
  | ({ readonly op: "PHY_RSP" } & PhySets)
  | { readonly op: "PHY_UPDATE_IND"; readonly c2p: number; readonly p2c: number; readonly instant: number }
  | { readonly op: "UNKNOWN_RSP"; readonly of: ControlPdu["op"] };

/** What a host asks for in a connection update; the units of LinkParameters. */
export interface ParameterRange {
  readonly intervalMin: number;
  readonly intervalMax: number;
  readonly latency: number;
  readonly timeout: number;
}

/** One data-channel PDU on the air. It is repeated until it is acknowledged, and delivered once. */
export interface Frame {
  readonly control: ControlPdu | undefined;
  /** Payload of a data PDU; `first` is LLID 2, the start of an L2CAP message. */
  readonly data: Uint8Array | undefined;
  readonly first: boolean;
  /** The session key it is encrypted with, as hexadecimal text; undefined in clear. */
  readonly key: string | undefined;
  delivered: boolean;
}
