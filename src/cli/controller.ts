import { parseArgs } from "node:util";
import { ControllerServer } from "./controller-server.ts";
import { nodeClock } from "./node-clock.ts";
import { nodeCrypto } from "./node-crypto.ts";

const USAGE = `Serves a strict virtual Bluetooth LE controller as H4, to hosts on this machine.

  npm run controller -- --tcp PORT [--ws PORT] [--hosts N] [--seed N] [--pace MS]

  --tcp PORT   H4 over TCP; 0 takes any free port
  --ws PORT    H4 in binary WebSocket messages
  --hosts N    controllers on one radio, one for each outside host (1)
  --seed N     decides losses, signal strengths and addresses (1)
  --pace MS    milliseconds between connection events instead of the
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

const MAX_PORT = 65_535;
const MAX_HOSTS = 16;
const MAX_PACE_MS = 4000;

function parse() {
  const { values } = parseArgs({
    options: {
      tcp: { type: "string" },
      ws: { type: "string" },
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
    seed: whole("seed", values.seed, Number.MAX_SAFE_INTEGER) ?? 1,
    pace: pace === undefined ? "interval" : pace === 0 ? "immediate" : pace,
  } as const;
}

async function main(): Promise<void> {
  const { tcp, ws, hosts, seed, pace } = parse();
  const log = (line: string): void => void process.stdout.write(`${line}\n`);
  const server = new ControllerServer({ clock: nodeClock, crypto: nodeCrypto, log, seed, pace, hosts });
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
