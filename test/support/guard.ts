import type { BrowserContext, ConsoleMessage, Request, WebError } from "@playwright/test";

/** One violation as the page reports it. */
interface Violation {
  readonly directive: string;
  readonly blocked: string;
  readonly sample: string;
}

/** Addresses that leave nothing. */
const LOCAL_SCHEMES = new Set(["data:", "blob:", "about:"]);

/**
 * Watches what no screen may ever do: break the policy, throw, log an error, talk to another origin. The end of every
 * test asks it.
 */
export class Guard {
  /** What happened, one line each. */
  readonly findings: string[] = [];
  /** Hears what was allowed. */
  onAllowed: (finding: string) => void = () => {};
  readonly #allowed: RegExp[] = [];
  readonly #origins: ReadonlySet<string>;

  /** `origins`: whom the pages may talk to. */
  constructor(origins: readonly string[]) {
    this.#origins = new Set(origins);
  }

  /** For a test that provokes something on purpose. */
  allow(pattern: RegExp): void {
    this.#allowed.push(pattern);
  }

  async watch(context: BrowserContext): Promise<void> {
    context.on("console", (message: ConsoleMessage) => {
      if (message.type() === "error") this.#note(`console: ${message.text()} (${message.location().url})`);
    });
    context.on("weberror", (error: WebError) => {
      this.#note(`uncaught: ${error.error().stack ?? error.error().message}`);
    });
    context.on("request", (request: Request) => {
      const { protocol, origin } = new URL(request.url());
      if (LOCAL_SCHEMES.has(protocol) || this.#origins.has(origin)) return;
      this.#note(`request to another origin: ${request.url()}`);
    });
    await context.exposeBinding("reportToTest", (_source, violation: Violation) => {
      this.#note(`policy: ${violation.directive} refused ${violation.blocked} ${violation.sample}`);
    });
    await context.addInitScript(() => {
      addEventListener("securitypolicyviolation", (event) => {
        const report: unknown = Reflect.get(globalThis, "reportToTest");
        const { effectiveDirective: directive, blockedURI: blocked, sample } = event;
        if (typeof report === "function") report({ directive, blocked, sample });
      });
    });
  }

  #note(finding: string): void {
    if (this.#allowed.some((pattern) => pattern.test(finding))) this.onAllowed(finding);
    else this.findings.push(finding);
  }
}
