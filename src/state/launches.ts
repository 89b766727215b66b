/**
 * What the system hands to the installed app: an address to show, or files to open. Both are hostile; both only lead to
 * a screen, and never while a procedure runs.
 */
import { linkInFragment, parseBondLink } from "./bond-link.ts";
import type { Notices } from "./notices.ts";
import type { Page } from "./page.ts";
import { parseRoute, type Route } from "./router.ts";
import type { PickedFile } from "./transfer.ts";

/** Shows a file that was opened with the app. Nothing may be stored before a person agrees. */
export interface FileConsumer {
  /** By name alone; the content is looked at later. */
  takes(name: string): boolean;
  open(file: PickedFile): void;
}

/** A `LaunchParams` of the browser, with its file handles already asked for their files. */
export interface Launch {
  readonly targetURL: string | null;
  readonly files: readonly PickedFile[];
}

export interface LaunchPorts {
  readonly notices: Notices;
  readonly page: Pick<Page, "after">;
  /** True while a bond procedure runs in any tab. */
  busy(): Promise<boolean>;
  show(route: Route): void;
}

const BUSY_LOOK_MS = 1_000;

export class Launches {
  readonly #ports: LaunchPorts;
  readonly #consumers: FileConsumer[] = [];

  constructor(ports: LaunchPorts) {
    this.#ports = ports;
  }

  /** The newest consumer is asked first. */
  register(consumer: FileConsumer): void {
    this.#consumers.unshift(consumer);
  }

  /** Waits for the end of a running procedure, then shows what was asked for. */
  async receive(launch: Launch): Promise<void> {
    if (launch.files.length === 0 && routeOf(launch.targetURL) === null) return;
    if (await this.#ports.busy()) {
      this.#ports.notices.done("What was opened is shown when the running procedure has ended");
      await this.#idle();
    }
    if (launch.files.length > 0) this.#openFiles(launch.files);
    else {
      const route = routeOf(launch.targetURL);
      if (route !== null) this.#ports.show(route);
    }
  }

  #openFiles(files: readonly PickedFile[]): void {
    const [file] = files;
    if (file === undefined) return;
    if (files.length > 1) this.#ports.notices.problem("One file at a time: only the first was opened");
    const consumer = this.#consumers.find((each) => each.takes(file.name));
    if (consumer === undefined) this.#ports.notices.problem("This kind of file cannot be opened here");
    else consumer.open(file);
  }

  async #idle(): Promise<void> {
    while (await this.#ports.busy()) {
      await new Promise<void>((resolve) => this.#ports.page.after(BUSY_LOOK_MS, resolve));
    }
  }
}

/** The screen an address of this app asks for; null for its plain start. */
export function routeOf(address: string | null): Route | null {
  if (address === null || !URL.canParse(address)) return null;
  const { hash } = new URL(address);
  const link = linkInFragment(hash);
  if (link !== null) return parseBondLink(link);
  return hash.length <= 2 ? null : parseRoute(hash);
}
