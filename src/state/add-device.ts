/** Adding a device: what to look for, the browser's chooser, then the bond procedure. */
import type { BondResult } from "../bonds/result.ts";
import type { ChooseRequest } from "../link/backend.ts";
import { type Failure, failureOf } from "../link/failure.ts";
import type { Uuid } from "../link/gatt.ts";
import type { Level, Probe } from "../storage/records.ts";
import type { App } from "./app.ts";
import { isBlockedService, parseUuid, type ParsedUuid } from "./assigned-numbers.ts";
import type { Procedure } from "./procedure.ts";
import { ALWAYS_OPTIONAL, profileOf, profileProbe } from "./profiles.ts";
import { Store } from "./store.ts";

/** What the person typed, as typed. */
export interface AddForm {
  /** Profile id; null is any device. */
  readonly profile: string | null;
  /** Show only devices that announce the profile's service. */
  readonly announcedOnly: boolean;
  readonly namePrefix: string;
  /** Own service UUIDs, separated by spaces, commas or lines. */
  readonly ownServices: string;
  readonly probeService: string;
  readonly probeCharacteristic: string;
}

export type FieldProblem =
  | { readonly kind: "uuid"; readonly text: string; readonly why: Extract<ParsedUuid, { kind: "invalid" }> }
  | { readonly kind: "blocked"; readonly uuid: Uuid }
  | { readonly kind: "too-long"; readonly most: number }
  | { readonly kind: "half-a-probe" };

export type ProblemField = "namePrefix" | "ownServices" | "probeService" | "probeCharacteristic";
export type Problems = Readonly<Partial<Record<ProblemField, FieldProblem>>>;

export interface AddView {
  readonly form: AddForm;
  readonly problems: Problems;
  /** Problems are shown once the person has tried. */
  readonly tried: boolean;
  /** Why the last choice ended without a device; a closed chooser is no failure. */
  readonly failure: Failure | null;
}

export interface AddRequest {
  readonly choose: ChooseRequest;
  readonly probe: Probe | null;
}

/** The longest name prefix that Web Bluetooth takes, in octets of UTF-8. */
const MAX_PREFIX_OCTETS = 248;
const EMPTY: AddForm = {
  profile: null,
  announcedOnly: true,
  namePrefix: "",
  ownServices: "",
  probeService: "",
  probeCharacteristic: "",
};

const OWN = { run: "add", level: null };

export class AddDevice {
  readonly view = new Store<AddView>({ form: EMPTY, problems: {}, tried: false, failure: null });
  readonly procedure: Procedure;
  readonly app: App;
  #stop = new AbortController();

  readonly #level: Level | null;

  /** `level`: the least that counts as success, where another page demands it. */
  constructor(app: App, { run, level }: { readonly run: string; readonly level: Level | null } = OWN) {
    this.app = app;
    this.procedure = app.procedures.of(run);
    this.#level = level;
  }

  edit(change: Partial<AddForm>): void {
    this.view.update((view) => {
      const form = { ...view.form, ...change };
      return { ...view, form, problems: problemsOf(form), failure: null };
    });
  }

  /** Straight from the click on the button: the chooser wants a gesture. */
  async choose(): Promise<BondResult | undefined> {
    const { form } = this.view.value;
    const request = requestOf(form, this.app.ports.surroundings.now());
    this.view.update((view) => ({ ...view, tried: true, problems: problemsOf(form), failure: null }));
    if (request === undefined || this.app.chooser.open) return undefined;
    this.#stop = new AbortController();
    try {
      const peer = await this.app.chooser.choose(request.choose, this.#stop.signal);
      if (peer === undefined) return undefined;
      const services = [...new Set([...request.choose.services, ...request.choose.optionalServices])];
      const target = { peer, services, profile: form.profile, probe: request.probe };
      return await this.procedure.start(target, {
        mode: "ensure",
        device: peer.name ?? "",
        ...(this.#level === null ? {} : { level: this.#level }),
      });
    } catch (error) {
      const failure = failureOf(error);
      if (failure.kind !== "cancelled") this.view.update((view) => ({ ...view, failure }));
      return undefined;
    }
  }

  /** Stops waiting for the chooser; the browser's own window stays until the person closes it. */
  cancelChoice(): void {
    this.#stop.abort();
  }

  /** Another device: the form stays as it was, without what failed. */
  again(): void {
    this.procedure.close();
    this.view.update((view) => ({ ...view, tried: false, failure: null }));
  }
}

export function problemsOf(form: AddForm): Problems {
  const problems: { -readonly [F in ProblemField]?: FieldProblem } = {};
  if (new TextEncoder().encode(form.namePrefix.trim()).length > MAX_PREFIX_OCTETS) {
    problems.namePrefix = { kind: "too-long", most: MAX_PREFIX_OCTETS };
  }
  const own = listed(form.ownServices).map(uuidProblem).find(Boolean);
  if (own !== undefined) problems.ownServices = own;
  for (const field of ["probeService", "probeCharacteristic"] as const) {
    const other = field === "probeService" ? form.probeCharacteristic : form.probeService;
    const problem = form[field].trim() === "" ? halfProbe(other) : uuidProblem(form[field]);
    if (problem !== undefined) problems[field] = problem;
  }
  return problems;
}

/** Undefined while something in the form is wrong. */
export function requestOf(form: AddForm, now: number): AddRequest | undefined {
  if (Object.keys(problemsOf(form)).length > 0) return undefined;
  const profile = profileOf(form.profile);
  const own = listed(form.ownServices).map(known);
  const services = form.announcedOnly ? (profile?.services ?? []) : [];
  const probe = ownProbe(form, now) ?? (profile === undefined ? null : profileProbe(profile, now));
  const optional = [
    ...(profile?.services ?? []),
    ...(profile?.optionalServices ?? []),
    ...own,
    ...(probe === null ? [] : [probe.ref.service]),
    ...ALWAYS_OPTIONAL,
  ];
  const namePrefix = form.namePrefix.trim();
  return {
    choose: {
      services,
      optionalServices: [...new Set(optional)].filter((uuid) => !services.includes(uuid)),
      ...(namePrefix === "" ? {} : { namePrefix }),
    },
    probe,
  };
}

function ownProbe(form: AddForm, now: number): Probe | null {
  if (form.probeCharacteristic.trim() === "") return null;
  const ref = {
    service: known(form.probeService),
    characteristic: known(form.probeCharacteristic),
    instance: 0,
  };
  return { ref, source: "user", level: null, since: new Date(now).toISOString() };
}

const listed = (text: string): string[] => text.split(/[\s,;]+/).filter(Boolean);

function uuidProblem(text: string): FieldProblem | undefined {
  const parsed = parseUuid(text);
  if (parsed.kind === "invalid") return { kind: "uuid", text: text.trim(), why: parsed };
  return isBlockedService(parsed.uuid) ? { kind: "blocked", uuid: parsed.uuid } : undefined;
}

const halfProbe = (other: string): FieldProblem | undefined =>
  other.trim() === "" ? undefined : { kind: "half-a-probe" };

function known(text: string): Uuid {
  const parsed = parseUuid(text);
  if (parsed.kind === "uuid") return parsed.uuid;
  throw new Error(`Cannot use ${text}: it was not checked before`);
}
