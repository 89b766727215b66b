/**
 * A process with its keys in a directory and its controller behind TCP: `node bonding-process.ts DIRECTORY PORT MODE PEER`.
 * Prints one line for each step that is done and, at the end, the result; then it waits to be killed.
 */
import { ensureBond, type EnsureTarget } from "../../../src/bonds/ensure.ts";
import { openTcp } from "../../../src/cli/bridge.ts";
import { openFileStores } from "../../../src/cli/file-stores.ts";
import { nodeClock } from "../../../src/cli/node-clock.ts";
import { nodeText } from "../../../src/cli/node-text.ts";
import { webCrypto } from "../../../src/crypto/web-crypto.ts";
import { HciBackend } from "../../../src/link/hci/backend.ts";
import { AdapterSession } from "../../../src/link/hci/session.ts";
import { KeysAdmission, newAdaptersOnly } from "../../../src/storage/keys/admission.ts";
import { agreeable, firstOne } from "../../support/hci-world.ts";
import { openFile } from "../keys/file-rig.ts";

const [directory = "", port = "", mode = "", peerId = ""] = process.argv.slice(2);
const { signal } = new AbortController();
const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

const { keys, lock } = await openFile(directory, { clock: nodeClock, now: () => Date.now() });
const newId = (): string => crypto.randomUUID();
const stores = openFileStores({ directory, lock, now: () => Date.now(), newId, onListenerError: () => {} });
const session = await AdapterSession.open(
  {
    adapter: {
      open: async (opening) => ({
        transport: await openTcp({ host: "127.0.0.1", port: Number(port) }, nodeClock, opening),
        usb: null,
      }),
    },
    admission: new KeysAdmission(keys, newAdaptersOnly("stick")),
    clock: nodeClock,
    crypto: webCrypto(),
    text: nodeText,
    transport: "dongle",
    prompts: agreeable(),
    chooser: firstOne,
  },
  signal,
);
const backend = new HciBackend(session);
const [record] = await stores.bonds.all();
const peer = backend.reach(peerId);
if (peer === undefined) throw new Error(`Cannot reach ${peerId}`);
const target: EnsureTarget =
  record === undefined ? { peer, services: [], profile: null, probe: null } : { bondId: record.id };
const result = await ensureBond(
  target,
  {
    mode: mode === "check" || mode === "repair" ? mode : "ensure",
    signal,
    prompts: { confirmRepair: async () => true },
    onStep: ({ step, status }) => say({ step, status }),
  },
  {
    backend,
    stores,
    locks: { exclusive: async (_, work) => ({ kind: "done", value: await work() }) },
    surroundings: {
      now: () => Date.now(),
      sleep: async (ms) => {
        const { promise, resolve } = Promise.withResolvers<void>();
        nodeClock.after(ms, resolve);
        await promise;
      },
      random: () => 0,
      newId,
    },
    appVersion: "test",
  },
);
say({ result });
// Whoever started this process ends it: nothing here does.
process.stdin.resume();
