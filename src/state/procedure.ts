/** One run of the bond procedure as a person sees it: steps as they happen, questions, and the result. */
import type { BondPorts, EnsureTarget } from "../bonds/ensure.ts";
import type { EnsurePrompts } from "../bonds/prompts.ts";
import type { BondResult, Mode, StepReport } from "../bonds/result.ts";
import type { PairingPrompts } from "../link/pairing.ts";
import type { OutOfBand } from "../link/out-of-band.ts";
import type { Level } from "../storage/records.ts";
import type { ActivityLog } from "./activity/log.ts";
import type { Chooser } from "./chooser.ts";
import type { Dongles } from "./dongles.ts";
import type { LiveLinks } from "./live.ts";
import { type Ask, promptsThrough } from "./prompts.ts";
import { fold, type StepLine, WAITING } from "./steps.ts";
import { Store } from "./store.ts";

export type ProcedureView =
  | { readonly step: "idle" }
  | {
      readonly step: "running";
      readonly mode: Mode;
      readonly device: string;
      readonly lines: readonly StepLine[];
      readonly ask: Ask | null;
      readonly cancelling: boolean;
    }
  | {
      readonly step: "done";
      readonly mode: Mode;
      readonly device: string;
      readonly lines: readonly StepLine[];
      readonly result: BondResult;
    };

export interface ProcedurePorts {
  readonly bond: BondPorts;
  readonly chooser: Chooser;
  readonly live: LiveLinks;
  readonly dongles: Pick<Dongles, "nameBeside">;
  /** Who is asked while pairing, where pairing is ours. */
  readonly pairing?: PairingPrompts;
  /** Hears what every run does. */
  readonly activity?: Pick<ActivityLog, "add">;
}

export interface StartOptions {
  readonly mode: Mode;
  readonly level?: Level;
  /** What to call the device until the result names it. */
  readonly device: string;
  /** A code that was kept for this device: typed for the person, where the keys are ours. */
  readonly pin?: string;
  /** For this run alone, and zeroed at its end: `again` is without. */
  readonly outOfBand?: OutOfBand;
  /** Asks nothing and pairs nothing. */
  readonly unattended?: boolean;
}

type Running = Extract<ProcedureView, { readonly step: "running" }>;

export class Procedure {
  readonly view = new Store<ProcedureView>({ step: "idle" });
  readonly #ports: ProcedurePorts;
  #stop = new AbortController();
  #last: { readonly target: EnsureTarget; readonly options: StartOptions } | undefined;
  #hadCode = false;

  constructor(ports: ProcedurePorts) {
    this.#ports = ports;
  }

  /** The last run had a code that came over another way than the radio. `again` is without, or asks for another. */
  get hadCode(): boolean {
    return this.#hadCode;
  }

  /** The device that was chosen for the last run; null where it was named by its record. */
  get chosenPeer(): string | null {
    const target = this.#last?.target;
    return target !== undefined && "peer" in target ? target.peer.id : null;
  }

  /** Runs to its end and shows every step. Undefined while another run is under way here. */
  async start(target: EnsureTarget, options: StartOptions): Promise<BondResult | undefined> {
    if (this.view.value.step === "running") return undefined;
    const { outOfBand, ...kept } = options;
    const { mode, device, level, pin, unattended = false } = kept;
    this.#last = { target, options: kept };
    this.#hadCode = outOfBand !== undefined;
    const stop = new AbortController();
    this.#stop = stop;
    this.view.set({ step: "running", mode, device, lines: WAITING, ask: null, cancelling: false });
    const link = new LinkWatch(target, this.#ports);
    this.#ports.activity?.add({ kind: "run", mode, device });
    try {
      // Not needed to look at a list, so it comes with the first run.
      const { ensureBond } = await import("../bonds/ensure.ts");
      const result = await ensureBond(
        target,
        {
          mode,
          signal: stop.signal,
          unattended,
          ...(unattended ? {} : { prompts: this.#prompts() }),
          onStep: (report) => this.#report(report, link),
          ...(level === undefined ? {} : { level }),
          ...(pin === undefined ? {} : { pin }),
          ...(outOfBand === undefined ? {} : { outOfBand }),
        },
        this.#ports.bond,
      );
      const { code, name, reason, bondChanged } = result;
      this.#ports.activity?.add({
        kind: "result",
        device: result.device || device,
        result: { code, name, reason, bondChanged, mode },
      });
      const { lines } = this.#running() ?? { lines: WAITING };
      this.view.set({ step: "done", mode, device: result.device || device, lines, result });
      return result;
    } finally {
      link.end();
      // A result is never an exception: what ended here otherwise is a fault of the page, and the run is over.
      this.#abandon();
    }
  }

  /** The last run once more, by its record where it has one by now; another mode if one is given. */
  async again(mode?: Mode): Promise<BondResult | undefined> {
    const view = this.view.value;
    if (this.#last === undefined || view.step !== "done") return undefined;
    const { bondId } = view.result;
    const target = bondId === null ? this.#last.target : { bondId };
    const options = { ...this.#last.options, device: view.device };
    return this.start(target, mode === undefined ? options : { ...options, mode });
  }

  /** Always works: what hangs in the platform is left to itself. */
  cancel(): void {
    this.#change({ cancelling: true, ask: null });
    this.#stop.abort();
  }

  /** Puts the result away. */
  close(): void {
    if (this.view.value.step === "done") this.view.set({ step: "idle" });
  }

  #abandon(): void {
    if (this.#running() !== undefined) this.view.set({ step: "idle" });
  }

  #running(): Running | undefined {
    const view = this.view.value;
    return view.step === "running" ? view : undefined;
  }

  #change(change: Partial<Pick<Running, "lines" | "ask" | "cancelling">>): void {
    const running = this.#running();
    if (running !== undefined) this.view.set({ ...running, ...change });
  }

  #prompts(): EnsurePrompts {
    const { chooser, pairing, bond, dongles } = this.#ports;
    const prompts = promptsThrough(
      (ask) => this.#change({ ask }),
      chooser,
      // Asked late: before its first step there may be no adapter, and so no identity.
      (record) => dongles.nameBeside(record, bond.backend.bonds?.localIdentity ?? ""),
      bond.backend.capabilities.pairing === "explicit",
    );
    return {
      ...prompts,
      confirmRepair: async (record, signal) => {
        const consent = (await prompts.confirmRepair?.(record, signal)) ?? false;
        if (typeof consent === "object") this.#hadCode = true;
        return consent;
      },
      ...(pairing && { pairing }),
    };
  }

  #report(report: StepReport, link: LinkWatch): void {
    this.#ports.activity?.add({ kind: "step", report });
    const running = this.#running();
    if (running === undefined) return;
    const now = this.#ports.bond.surroundings.now();
    link.report(report, now);
    this.#change({ lines: fold(running.lines, report, now) });
  }
}

/** Tells `LiveLinks` while the procedure itself holds the link. */
class LinkWatch {
  readonly #ports: ProcedurePorts;
  readonly #bondId: string | undefined;

  constructor(target: EnsureTarget, ports: ProcedurePorts) {
    this.#ports = ports;
    this.#bondId = "bondId" in target ? target.bondId : undefined;
  }

  report(report: StepReport, now: number): void {
    if (this.#bondId === undefined || report.step !== "connect") return;
    if (report.status === "done") this.#ports.live.up(this.#bondId, new Date(now).toISOString());
    if (report.status === "failed") this.end();
  }

  end(): void {
    if (this.#bondId !== undefined) this.#ports.live.down(this.#bondId);
  }
}

/** Runs by name (a record id, or `add`), so that a run goes on and is found again when the person looks elsewhere. */
export class Procedures {
  readonly #ports: ProcedurePorts;
  readonly #byName = new Map<string, Procedure>();

  constructor(ports: ProcedurePorts) {
    this.#ports = ports;
  }

  of(name: string): Procedure {
    const known = this.#byName.get(name);
    if (known !== undefined) return known;
    const procedure = new Procedure(this.#ports);
    this.#byName.set(name, procedure);
    return procedure;
  }
}
