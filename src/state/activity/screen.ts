/** What happened, with what passed on the air: timeline, packets, and both as something to take along. */
import type { TraceFile, TraceLayer, TraceLine, TraceSource } from "../../link/trace.ts";
import type { App } from "../app.ts";
import { Store } from "../store.ts";
import type { ActivityEntry, ActivityLog } from "./log.ts";
import { PseudonymsOf } from "./pseudonyms.ts";

export const LAYERS = [
  "SMP",
  "ATT",
  "L2CAP",
  "command",
  "event",
  "advertising",
  "data",
] as const satisfies readonly TraceLayer[];

export type TimelineLine =
  | { readonly kind: "entry"; readonly entry: ActivityEntry }
  | { readonly kind: "air"; readonly line: TraceLine };

export interface TraceFilter {
  readonly text: string;
  readonly layers: ReadonlySet<TraceLayer>;
}

export interface ActivityView {
  readonly timeline: readonly TimelineLine[];
  /** Null where nothing of the kind can be seen: the system's Bluetooth shows no packets. */
  readonly packets: {
    readonly lines: readonly TraceLine[];
    readonly all: number;
    readonly dropped: number;
    readonly filter: TraceFilter;
    readonly full: boolean;
  } | null;
  /** Names and addresses are replaced in what is copied and saved. */
  readonly anonymous: boolean;
}

const SHOW_MS = 500;
const SAVED_LINES = 5000;

/** How the view turns lines into words; words are not this layer's. */
export interface ActivityWords {
  timeline(lines: readonly TimelineLine[]): string;
}

export class ActivityScreen {
  readonly app: App;
  readonly view: Store<ActivityView>;
  readonly #log: ActivityLog;
  readonly #trace: TraceSource | null;
  #filter: TraceFilter = { text: "", layers: new Set(["SMP", "ATT", "L2CAP", "command", "event"]) };
  #anonymous = true;
  #stop: (() => void) | undefined;
  #stopTicking: () => void = () => {};

  constructor(app: App, log: ActivityLog, trace: TraceSource | null) {
    this.app = app;
    this.#log = log;
    this.#trace = trace;
    this.view = new Store(this.#viewNow());
  }

  /** Follows what happens until `pause`. */
  watch(): void {
    if (this.#stop !== undefined) return;
    this.#stop = this.#log.entries.watch(() => this.#show());
    this.#show();
    if (this.#trace !== null) this.#tick();
  }

  pause(): void {
    this.#stop?.();
    this.#stop = undefined;
    this.#stopTicking();
  }

  narrow(change: Partial<TraceFilter>): void {
    this.#filter = { ...this.#filter, ...change };
    this.#show();
  }

  toggle(layer: TraceLayer): void {
    const layers = new Set(this.#filter.layers);
    if (!layers.delete(layer)) layers.add(layer);
    this.narrow({ layers });
  }

  setAnonymous(anonymous: boolean): void {
    this.#anonymous = anonymous;
    this.#show();
  }

  clear(): void {
    this.#log.clear();
    this.#trace?.clear();
    this.#show();
  }

  /** The timeline as text; never a key, a passkey or a value. */
  text(words: ActivityWords): string {
    return this.#hidden(words.timeline(this.#timeline()));
  }

  saveTrace(): void {
    if (this.#trace !== null) this.#save(this.#trace.file());
  }

  /** Only after a person confirmed that keys are recorded. */
  beginFull(): void {
    this.#trace?.beginFull();
    this.#show();
  }

  /** Offers what was recorded, and forgets it. */
  endFull(): void {
    if (this.#trace?.full === true) this.#save(this.#trace.endFull());
    this.#show();
  }

  /** One file to attach to an issue: where, what happened, and what passed. */
  saveReport(words: ActivityWords): void {
    const at = this.#iso(this.app.ports.surroundings.now());
    this.app.page.save(`bondkeeper-report-${at.slice(0, 10)}.json`, "application/json", this.report(words));
  }

  report(words: ActivityWords): string {
    const { app } = this;
    const { surroundings, view } = app.environment;
    const { capabilities } = app.ports.backend;
    // Who else is in the air is nobody's business, and says nothing about a pairing.
    const lines = this.#trace?.lines().filter(({ layer }) => layer !== "advertising") ?? [];
    const report = {
      format: "bondkeeper-problem-report",
      v: 1,
      at: this.#iso(app.ports.surroundings.now()),
      app: app.ports.appVersion,
      environment: {
        browser: surroundings.platform.browser,
        system: surroundings.platform.system,
        transport: capabilities.transport,
        pairing: capabilities.pairing,
        bluetooth: view.value.kind === "obstacle" ? view.value.obstacle.state : view.value.kind,
      },
      timeline: words.timeline(this.#timeline()).split("\n"),
      packets:
        this.#trace === null
          ? null
          : {
              dropped: this.#trace.dropped + Math.max(0, lines.length - SAVED_LINES),
              lines: lines.slice(-SAVED_LINES).map((line) => `${this.#iso(line.at)} ${line.text()}`),
            },
    };
    return this.#hidden(JSON.stringify(report, undefined, 2));
  }

  /** Names and addresses by numbers, where that is wanted: the same one everywhere for the same one. */
  #hidden(text: string): string {
    return this.#anonymous ? new PseudonymsOf(this.#names()).hide(text) : text;
  }

  #names(): readonly string[] {
    const bonds = this.app.bonds.view.value;
    const recorded =
      bonds.kind === "ready"
        ? [...bonds.records.values()].flatMap(({ name, label }) => [name, label ?? ""])
        : [];
    const seen = this.#log.entries.value.flatMap(({ what }) => {
      if (what.kind === "run" || what.kind === "result") return [what.device];
      return what.kind === "pairing" && what.event.kind === "asked" ? [what.event.request.name] : [];
    });
    return [...recorded, ...seen];
  }

  #save({ name, bytes }: TraceFile): void {
    const at = this.#iso(this.app.ports.surroundings.now()).slice(0, 10);
    this.app.page.save(name.replace(/\.btsnoop$/, `-${at}.btsnoop`), "application/octet-stream", bytes);
  }

  #tick(): void {
    const { page } = this.app;
    this.#stopTicking = page.after(SHOW_MS, () => {
      page.schedule(() => {
        if (this.#stop === undefined) return;
        this.#show();
        this.#tick();
      });
    });
  }

  #show(): void {
    this.view.set(this.#viewNow());
  }

  #viewNow(): ActivityView {
    return { timeline: this.#timeline(), packets: this.#packets(), anonymous: this.#anonymous };
  }

  #packets(): ActivityView["packets"] {
    const trace = this.#trace;
    if (trace === null) return null;
    const { text, layers } = this.#filter;
    const wanted = text.trim().toLowerCase();
    const all = trace.lines();
    const lines = all.filter(
      (line) => layers.has(line.layer) && (wanted === "" || line.text().toLowerCase().includes(wanted)),
    );
    return { lines, all: all.length, dropped: trace.dropped, filter: this.#filter, full: trace.full };
  }

  /** Steps, questions and what the two hosts said to each other while pairing, in the order of time. */
  #timeline(): readonly TimelineLine[] {
    const entries = this.#log.entries.value.map((entry): TimelineLine => ({ kind: "entry", entry }));
    const lines = this.#trace?.lines().filter(({ layer }) => layer === "SMP") ?? [];
    const air = lines.map((line): TimelineLine => ({ kind: "air", line }));
    return [...entries, ...air].toSorted((a, b) => timeOf(a) - timeOf(b));
  }

  #iso(ms: number): string {
    return new Date(ms).toISOString();
  }
}

function timeOf(line: TimelineLine): number {
  return line.kind === "entry" ? line.entry.at : line.line.at;
}
