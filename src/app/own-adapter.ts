/** A page load over an adapter of our own: our host, our keys. Loaded only where such an adapter is chosen. */
import { formatAddress } from "../../hci/gap/address.ts";
import type { BondPorts } from "../bonds/ensure.ts";
import { webCrypto } from "../crypto/web-crypto.ts";
import { matchIrk } from "../formats/keys/irk-order.ts";
import { DONGLE_LIMITS } from "../link/backend.ts";
import type { Failure } from "../link/failure.ts";
import type { HciBackend } from "../link/hci/backend.ts";
import { gradeOpened } from "../link/hci/grader/opened.ts";
import { IrkWatch } from "../link/hci/irk-watch.ts";
import { scanRadioOf, type ScanRadio } from "../link/hci/scan-radio.ts";
import type { AdapterSession } from "../link/hci/session.ts";
import { TraceRecorder } from "../link/hci/trace-recorder.ts";
import { pageTimers } from "../link/timers.ts";
import type { AdapterFacts, OwnAdapter, Standing } from "../state/adapter/panel.ts";
import { AdapterQuestions } from "../state/adapter/questions.ts";
import { shortListOf } from "../state/adapter/resolving.ts";
import { slotsOf } from "../state/adapter/slots.ts";
import { Simulation } from "../state/adapter/simulation.ts";
import type { OwnWorld } from "../state/adapter/world.ts";
import type { PageKeys } from "../state/keys/screen.ts";
import { Leads } from "../state/leads.ts";
import { PairingManager } from "../state/pairing-manager.ts";
import { Store } from "../state/store.ts";
import type { OwnKind } from "../state/world.ts";
import { Waits } from "../storage/keys/waits.ts";
import { UnsettledIrks } from "../storage/keys/unsettled-irks.ts";
import { AdapterOwner } from "./adapter-owner.ts";
import { usageOf } from "./adapter-use.ts";
import { adapterWay, type AdapterWay } from "./adapter-ways.ts";
import { pageWaits } from "./page-waits.ts";
import { MEMORY } from "./remembered.ts";
import { ownHost, pageClock, pageText } from "./own-host.ts";
import "../ui/adapter/adapter-layer.ts";
import "../ui/pairing/pairing-dialog.ts";

export interface OwnWorldOptions {
  readonly kind: OwnKind;
  readonly keys: PageKeys;
  readonly rest: Omit<BondPorts, "backend">;
}

export interface OwnAdapterWorld {
  readonly backend: HciBackend;
  readonly demo: null;
  readonly pairing: PairingManager;
  readonly scan: ScanRadio;
  readonly trace: TraceRecorder;
  readonly own: OwnWorld;
}

/** What a new adapter is called until a person names it. */
const LABELS: Readonly<Record<OwnKind, string>> = {
  usb: "USB dongle",
  serial: "Serial dongle",
  bridge: "Bridged dongle",
  simulator: "Simulated dongle",
};
const forever = new AbortController().signal;
const onListenerError = (error: unknown): void => queueMicrotask(() => reportError(error));

export async function ownWorld({ kind, keys, rest }: OwnWorldOptions): Promise<OwnAdapterWorld> {
  const now = (): number => rest.surroundings.now();
  const questions = new AdapterQuestions(LABELS[kind], (ms, run) => pageTimers.after(ms, run));
  const { way, simulation } = await wayOf(kind);
  const standing = new Store<Standing>({ kind: "starting" });
  const owner = ownerOf(kind, standing, now);
  const trace = new TraceRecorder({ clock: pageClock, now });
  const late: { ports: (BondPorts & { readonly backend: HciBackend }) | undefined } = { ports: undefined };
  // Asked for only when a pairing asks: the backend is made by then.
  const pairing = new PairingManager({
    get bond() {
      if (late.ports === undefined) throw new Error("Cannot ask: the page is not ready");
      return late.ports;
    },
    after: (ms, run) => pageTimers.after(ms, run),
    waitMs: (peerId) => late.ports?.backend.session.pairingWait(peerId) ?? 0,
    onListenerError,
  });
  const limits = { ...DONGLE_LIMITS };
  const backend = await ownHost({
    adapter: trace.around(owner.guard(way.port)),
    transport: kind === "simulator" ? "simulator" : "dongle",
    keys: keys.keys,
    tables: keys.tables,
    waits: new Waits(pageWaits(kind), now, onListenerError),
    stores: rest.stores,
    prompts: pairing,
    chooser: (heard, signal) => questions.choose(heard, signal),
    ask: (claim, matches, signal) => questions.admit(claim, matches, signal),
    limits,
    onListenerError,
  });
  const { session } = backend;
  late.ports = { ...rest, backend };
  await pairing.start(forever);
  const adapter = ownAdapter({ kind, session, standing, owner, way });
  // An adapter that came up may be new, and its identity, too.
  const leads = new Leads(MEMORY);
  standing.watch(() => {
    const { value } = standing;
    if (value.kind !== "ready") return;
    const lead = way.lead();
    if (lead !== null) leads.keep(value.facts.id, lead);
    keys.touched();
  });
  keys.vaultTurns.watch(() => {
    const { value } = standing;
    // Unlocked, perhaps: then it may have its keys. If not, it says so once more, and nothing turns.
    if (value.kind === "lost" && value.failure.kind === "vault-locked") void adapter.open();
  });
  const aes = webCrypto();
  const orders = new IrkWatch({
    session,
    irks: new UnsettledIrks(keys.keys),
    order: (irk, heard) => matchIrk(aes, irk, heard).order,
    aes,
    clock: pageClock,
    onTurned: () => keys.touched(),
    onError: onListenerError,
  });
  orders.start(forever);
  // An import is silent, and a vault that opens lets its keys be looked at.
  keys.vaultTurns.watch(() => void orders.look());
  way.onPlugged(() => void adapter.open());
  return {
    backend,
    demo: null,
    pairing,
    scan: scanRadioOf(backend),
    trace,
    own: {
      adapter,
      questions,
      simulation,
      keys,
      connectWithin: (ms) => {
        limits.connect = ms;
      },
    },
  };
}

interface Way {
  readonly way: AdapterWay;
  /** Null where the adapter is real. */
  readonly simulation: Simulation | null;
}

async function wayOf(kind: OwnKind): Promise<Way> {
  if (kind !== "simulator") return { way: await adapterWay(kind, pageClock), simulation: null };
  const { startSimulator } = await import("./simulator.ts");
  const shown: { simulation: Simulation | null } = { simulation: null };
  const { room, adapter, number } = await startSimulator({
    clock: pageClock,
    crypto: webCrypto(),
    text: pageText,
    store: localStorage,
    onChange: () => shown.simulation?.look(),
  });
  const simulation = new Simulation(room);
  shown.simulation = simulation;
  const way: AdapterWay = {
    port: adapter,
    firmware: null,
    bridge: null,
    serial: null,
    grant: null,
    lead: () => ({ kind: "simulator", number: number() }),
    grade: new Store(null),
    onPlugged: () => {},
  };
  return { way, simulation };
}

function ownerOf(kind: OwnKind, standing: Store<Standing>, now: () => number): AdapterOwner {
  // A simulated room is this tab's alone, but its devices remember bonds in one place: one tab there, too.
  const name = `bondkeeper.adapter.${kind}`;
  return new AdapterOwner({
    name,
    locks: navigator.locks,
    channel: new BroadcastChannel(name),
    self: `the tab opened at ${new Date(now()).toLocaleTimeString(undefined, { timeStyle: "short" })}`,
    onOwner: (owner) => {
      if (standing.value.kind === "held") standing.set({ kind: "held", owner });
    },
    after: (ms, run) => pageTimers.after(ms, run),
  });
}

interface Parts {
  readonly kind: OwnKind;
  readonly session: AdapterSession;
  readonly standing: Store<Standing>;
  readonly owner: AdapterOwner;
  readonly way: AdapterWay;
}

function ownAdapter({ kind, session, standing, owner, way }: Parts): OwnAdapter {
  let ejected = false;
  session.onState((state) => {
    if (state.kind === "ready") standing.set({ kind: "ready", facts: factsOf(session) });
    else if (state.kind === "starting") standing.set({ kind: "starting" });
    else if (state.kind === "lost")
      standing.set(ejected ? { kind: "ejected" } : lostAs(state.failure, owner.elsewhere));
  }, forever);
  const open = async (): Promise<void> => {
    ejected = false;
    // How it ended is the session's state.
    await session.ready(forever).catch(() => undefined);
  };
  /** With what was set a moment ago. */
  const reopen = async (): Promise<void> => {
    ejected = false;
    // What is under way with the settings of before ends first.
    if (session.state.kind === "starting") await session.ready(forever).catch(() => undefined);
    await session.restart(forever).catch(() => undefined);
  };
  const { grant, bridge, serial } = way;
  const pick = async (): Promise<void> => {
    if ((await grant?.()) === true) await open();
  };
  return {
    kind,
    standing,
    grade: way.grade,
    shortList: shortListOf(session, forever),
    slots: slotsOf(session, () => usageOf(session), forever),
    firmware: way.firmware,
    bridge: bridge && {
      ...bridge,
      use: async (text) => {
        await bridge.use(text);
        await reopen();
      },
    },
    serial: serial && {
      ...serial,
      use: async (settings) => {
        await serial.use(settings);
        await reopen();
      },
    },
    open,
    grant: grant === null ? null : pick,
    lead: () => way.lead(),
    async takeOver() {
      await owner.takeOver();
      await open();
    },
    async eject() {
      ejected = true;
      owner.letGo();
    },
  };
}

function lostAs(failure: Failure, elsewhere: boolean): Standing {
  const held = failure.kind === "adapter" && failure.state === "held";
  return held && elsewhere ? { kind: "held", owner: null } : { kind: "lost", failure };
}

function factsOf(session: AdapterSession): AdapterFacts {
  const { facts, claim } = session;
  const { core, features, lacks, imitation } = gradeOpened(facts, null);
  return {
    id: session.admitted.adapter,
    claim,
    core,
    features,
    lacks,
    imitation,
    acl: { length: facts.acl.length, packets: facts.acl.packets },
    identity: formatAddress(session.local),
  };
}
