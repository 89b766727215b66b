/**
 * Events that travel up the Bluetooth tree (Web Bluetooth "Bluetooth Tree"): characteristic, service, device, Bluetooth.
 * The platform lets no script choose an event's way, so the way is walked here, one native dispatch after another: the
 * listeners, their order, `once`, `signal` and errors that nobody catches are the platform's own.
 */

type Phase = "capturing" | "at-target" | "bubbling";
const PHASES = { capturing: 1, "at-target": 2, bubbling: 3 } as const;

/** Where an event is on its way; the event's own attributes cannot be set from outside. */
interface Place {
  readonly target: EventTarget;
  readonly current: EventTarget;
  readonly phase: Phase;
  readonly path: readonly EventTarget[];
}

/** An event that bubbles through a TreeTarget. Bluetooth events cannot be cancelled. */
export class TreeEvent extends Event {
  #place: Place | undefined;
  #stopped = false;

  constructor(type: string) {
    super(type, { bubbles: true });
  }

  override get target(): EventTarget | null {
    return this.#place?.target ?? super.target;
  }

  override get currentTarget(): EventTarget | null {
    return this.#place === undefined ? super.currentTarget : this.#place.current;
  }

  override get eventPhase(): number {
    return this.#place === undefined ? super.eventPhase : PHASES[this.#place.phase];
  }

  override composedPath(): EventTarget[] {
    return [...(this.#place?.path ?? super.composedPath())];
  }

  override stopPropagation(): void {
    this.#stopped = true;
    super.stopPropagation();
  }

  override stopImmediatePropagation(): void {
    this.#stopped = true;
    super.stopImmediatePropagation();
  }

  /** For TreeTarget: the event at one station of its way. False where it was stopped before. */
  at(place: Place, dispatch: () => void): void {
    if (this.#stopped) return;
    this.#place = place;
    dispatch();
  }

  /** For TreeTarget: the way is over; the target stays known, as on the platform. */
  over(target: EventTarget): void {
    const path: readonly EventTarget[] = [];
    this.#place = undefined;
    this.#stopped = false;
    Object.defineProperties(this, {
      target: { value: target, configurable: true },
      composedPath: { value: () => [...path], configurable: true },
    });
  }
}

type Listener = EventListenerOrEventListenerObject | null;
type Options = AddEventListenerOptions | boolean | undefined;

const wantsCapture = (options: Options): boolean =>
  typeof options === "boolean" ? options : options?.capture === true;

/** An EventTarget with a parent. */
export abstract class TreeTarget extends EventTarget {
  readonly #capturing = new EventTarget();
  readonly #handlers = new Map<string, { readonly handler: unknown; readonly listener: EventListener }>();

  /** Next on the way up; undefined at the root. */
  protected abstract get parent(): TreeTarget | undefined;

  override addEventListener(type: string, listener: Listener, options?: AddEventListenerOptions | boolean) {
    if (!wantsCapture(options)) return super.addEventListener(type, listener, options);
    this.#capturing.addEventListener(type, listener, bare(options));
  }

  override removeEventListener(type: string, listener: Listener, options?: EventListenerOptions | boolean) {
    if (!wantsCapture(options)) return super.removeEventListener(type, listener, options);
    this.#capturing.removeEventListener(type, listener, bare(options));
  }

  override dispatchEvent(event: Event): boolean {
    if (!(event instanceof TreeEvent)) return super.dispatchEvent(event);
    const path = this.#path;
    const station = (current: TreeTarget, phase: Phase, on: (event: Event) => void): void =>
      event.at({ target: this, current, phase, path }, () => on(event));
    for (const node of path.toReversed())
      station(node, node === this ? "at-target" : "capturing", (e) => node.#capturing.dispatchEvent(e));
    for (const node of path) station(node, node === this ? "at-target" : "bubbling", (e) => node.#hear(e));
    event.over(this);
    return true;
  }

  /** From here to the root. */
  get #path(): readonly TreeTarget[] {
    const { parent } = this;
    return parent === undefined ? [this] : [this, ...parent.#path];
  }

  #hear(event: Event): void {
    super.dispatchEvent(event);
  }

  /** For `defineHandlers`: the value of an event handler attribute. */
  handlerOf(type: string): unknown {
    return this.#handlers.get(type)?.handler ?? null;
  }

  /** As HTML's event handler attributes: the handler keeps its place among the listeners; null takes it out. */
  setHandler(type: string, handler: unknown): void {
    const known = this.#handlers.get(type);
    if (typeof handler !== "function") {
      if (known !== undefined) super.removeEventListener(type, known.listener);
      this.#handlers.delete(type);
      return;
    }
    if (known !== undefined) {
      this.#handlers.set(type, { handler, listener: known.listener });
      return;
    }
    const listener = (event: Event): void => {
      const current = this.#handlers.get(type)?.handler;
      if (typeof current === "function") Reflect.apply(current, this, [event]);
    };
    this.#handlers.set(type, { handler, listener });
    super.addEventListener(type, listener);
  }
}

/** The same options for a target that knows no phases. */
function bare(options: Options): AddEventListenerOptions {
  return typeof options === "object" ? { ...options, capture: false } : {};
}

/**
 * Gives a class its event handler attributes, `onTYPE` for each type. The type package declares them as functions that
 * are always there; on the platform, and here, they are null until somebody sets them.
 */
export function defineHandlers(prototype: TreeTarget, types: readonly string[]): void {
  for (const type of types) {
    Object.defineProperty(prototype, `on${type}`, {
      configurable: true,
      enumerable: true,
      get(this: TreeTarget) {
        return this.handlerOf(type);
      },
      set(this: TreeTarget, handler: unknown) {
        this.setHandler(type, handler);
      },
    });
  }
}
