import { parseArgs } from "node:util";
import { catalogue } from "../../hci/virtual/peripherals/catalogue.ts";
import type { PeripheralDefinition } from "../../hci/virtual/peripherals/definition.ts";
import { ControllerServer } from "./controller-server.ts";
import { nodeClock } from "./node-clock.ts";
import { nodeCrypto } from "./node-crypto.ts";
import { nodeText } from "./node-text.ts";

const USAGE = `Serves a strict virtual Bluetooth LE controller as H4, to hosts on this machine.

  npm run controller -- --tcp PORT [--ws PORT] [--peripheral NAME …]
                        [--hosts N] [--seed N] [--pace MS]

  --tcp PORT         H4 over TCP; 0 takes any free port
  --ws PORT          H4 in binary WebSocket messages
  --peripheral NAME  a ready-made device in range; may be repeated:
                     ${Object.keys(catalogue).join(", ")}
  --hosts N          controllers on one radio, one for each outside host (1)
  --seed N           decides losses, signal strengths and addresses (1)
  --pace MS          milliseconds between connection events instead of the
                     connection interval; 0 does not wait at all
`;

/** sysexits.h */
const WRONG_USAGE = 64;

class UsageError extends Error {
  override readonly name = "UsageError";
}

function whole(name: string, text: string | undefined, most: number): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text) || Number(text) > most) {
    throw new UsageError(`Cannot use --${name} ${text}: a number from 0 to ${most} is needed`);
  }
  return Number(text);
}

function definitionOf(name: string): PeripheralDefinition {
  const make = Object.hasOwn(catalogue, name) ? catalogue[name] : undefined;
  if (make === undefined) throw new UsageError(`Cannot add ${name}: there is no such device`);
  return make();
}

const MAX_PORT = 65_535;
const MAX_HOSTS = 16;
const MAX_PACE_MS = 4000;

function parse() {
  const { values } = parseArgs({
    options: {
      tcp: { type: "string" },
      ws: { type: "string" },
      peripheral: { type: "string", multiple: true },
      hosts: { type: "string" },
      seed: { type: "string" },
      pace: { type: "string" },
    },
  });
  const tcp = whole("tcp", values.tcp, MAX_PORT);
  const ws = whole("ws", values.ws, MAX_PORT);
  if (tcp === undefined && ws === undefined) throw new UsageError("Cannot start: --tcp or --ws is needed");
  const hosts = whole("hosts", values.hosts, MAX_HOSTS) ?? 1;
  if (hosts === 0) throw new UsageError("Cannot start: at least one host is needed");
  const pace = whole("pace", values.pace, MAX_PACE_MS);
  return {
    tcp,
    ws,
    hosts,
    peripherals: (values.peripheral ?? []).map(definitionOf),
    seed: whole("seed", values.seed, Number.MAX_SAFE_INTEGER) ?? 1,
    pace: pace === undefined ? "interval" : pace === 0 ? "immediate" : pace,
  } as const;
}

async function main(): Promise<void> {
  const { tcp, ws, hosts, peripherals, seed, pace } = parse();
  const log = (line: string): void => void process.stdout.write(`${line}\n`);
  const ports = { clock: nodeClock, crypto: nodeCrypto, text: nodeText };
  const server = new ControllerServer({ ...ports, log, seed, pace, hosts });
  for (const definition of peripherals) await server.addPeripheral(definition);
  if (tcp !== undefined) await server.listenTcp(tcp);
  if (ws !== undefined) await server.listenWebSocket(ws);
  const stop = (): void => void server.close();
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
}

try {
  await main();
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  const usage = error instanceof UsageError || (error instanceof TypeError && message.includes("option"));
  process.stderr.write(usage ? `${message}\n\n${USAGE}` : `Cannot serve: ${message}\n`);
  process.exitCode = usage ? WRONG_USAGE : 1;
}
