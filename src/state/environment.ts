/** Whether this page can use Bluetooth here and now, and if not, exactly what stands in the way. */
import type { Availability, Backend } from "../link/backend.ts";
import { type Failure, failureOf } from "../link/failure.ts";
import type { Platform } from "./platform.ts";
import { Store } from "./store.ts";

export type Obstacle = Exclude<Availability, { readonly state: "ready" }>;

export type EnvironmentView =
  | { readonly kind: "checking" }
  | { readonly kind: "ready" }
  | { readonly kind: "obstacle"; readonly obstacle: Obstacle }
  /** The browser did not answer in time, or with something we do not know. */
  | { readonly kind: "no-answer"; readonly failure: Failure };

/** What the page knows of itself without asking the radio. */
export interface Surroundings {
  readonly platform: Platform;
  /** This page's own address, for the advice on secure addresses. */
  readonly address: string;
}

export class Environment {
  readonly view = new Store<EnvironmentView>({ kind: "checking" });
  readonly backend: Pick<Backend, "availability" | "capabilities">;
  readonly surroundings: Surroundings;

  constructor(backend: Pick<Backend, "availability" | "capabilities">, surroundings: Surroundings) {
    this.backend = backend;
    this.surroundings = surroundings;
  }

  /** There is no event for it (Web Bluetooth exposes none), so the page asks at the start and when told to. */
  async check(signal: AbortSignal): Promise<void> {
    try {
      const answer = await this.backend.availability(signal);
      this.view.set(answer.state === "ready" ? { kind: "ready" } : { kind: "obstacle", obstacle: answer });
    } catch (error) {
      const failure = failureOf(error);
      if (failure.kind === "cancelled") return;
      this.view.set({ kind: "no-answer", failure });
    }
  }
}

/** Addresses under which this page would be a secure context; empty where it already is one or none is known. */
export function secureAddresses(address: string): readonly string[] {
  const url = URL.parse(address);
  if (url === null || url.protocol !== "http:") return [];
  const local = new URL(url);
  local.hostname = "localhost";
  const secure = new URL(url);
  secure.protocol = "https:";
  return [local.href, secure.href];
}
