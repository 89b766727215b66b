import type { Target } from "./target.ts";
import { advertising } from "./targets/advertising.ts";
import { attClient } from "./targets/att-client.ts";
import { attServer } from "./targets/att-server.ts";
import { controller } from "./targets/controller.ts";
import { conversation } from "./targets/conversation.ts";
import { declarations } from "./targets/declarations.ts";
import { discovery } from "./targets/discovery.ts";
import { h4 } from "./targets/h4.ts";
import { host } from "./targets/host.ts";
import { oobCode } from "./targets/oob-code.ts";
import { reassembly } from "./targets/reassembly.ts";
import { reports } from "./targets/reports.ts";
import { signalling } from "./targets/signalling.ts";
import { smp } from "./targets/smp.ts";
import { smpTampered } from "./targets/smp-tampered.ts";
import { trace } from "./targets/trace.ts";

/** Everything that is fuzzed. */
export const TARGETS: readonly Target[] = [
  h4,
  declarations,
  reports,
  advertising,
  reassembly,
  signalling,
  attServer,
  attClient,
  discovery,
  smp,
  smpTampered,
  host,
  trace,
  controller,
  conversation,
  oobCode,
];
