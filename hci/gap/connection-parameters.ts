import type { ConnectionParameters } from "../codec/connection-parameters.ts";
import { areValidParameters } from "../codec/connection-parameters.ts";
import { LeConnectionUpdate } from "../host/commands/le-connection.ts";
import { LeConnectionUpdateComplete } from "../host/events.ts";
import type { Link } from "../host/link.ts";

/** Whether a peer may have these parameters. They are within their ranges when this is asked. */
export type ParameterPolicy = (request: ConnectionParameters, link: Link) => boolean;

/**
 * The default: what the specification allows, as long as the peer can be reached within two seconds. A peripheral that
 * listens less often saves power but looks dead to a person who waits.
 */
export const reachable: ParameterPolicy = ({ intervalMax, latency }) =>
  intervalMax * 1.25 * (1 + latency) <= 2000;

/** The signalling channel's share in it; `l2cap/signalling` fulfils it. */
export interface ParameterSignalling {
  onParameterRequest: ((request: ConnectionParameters) => boolean) | undefined;
  onParametersAccepted: (request: ConnectionParameters) => void;
  requestParameters(request: ConnectionParameters): Promise<boolean>;
}

/** Lets `policy` answer what the peer of this link asks for, over L2CAP and over the link layer. */
export function applyPolicy(
  link: Link,
  signalling: ParameterSignalling,
  policy: ParameterPolicy = reachable,
): void {
  link.onParameterRequest = (request) => areValidParameters(request) && policy(request, link);
  signalling.onParameterRequest = (request) => areValidParameters(request) && policy(request, link);
  signalling.onParametersAccepted = (request) => {
    // The response promised it; if the controller refuses, the link simply goes on as it is.
    updateParameters(link, request).catch(() => {});
  };
}

/** Central: changes the parameters. Rejects with HciError, or when the link ends. */
export async function updateParameters(link: Link, parameters: ConnectionParameters): Promise<void> {
  const { intervalMin, intervalMax, latency, supervisionTimeout } = parameters;
  const timing = {
    intervalMin,
    intervalMax,
    latency,
    supervisionTimeout,
    minEventLength: 0,
    maxEventLength: 0,
  };
  await link.procedure(LeConnectionUpdate, { handle: link.handle, ...timing }, LeConnectionUpdateComplete);
}
