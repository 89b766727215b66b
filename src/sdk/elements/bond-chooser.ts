import { LitElement, type PropertyValues, type TemplateResult, html, nothing, svg } from "lit";
import type { ChooserEntry, DeviceChooser } from "../web-bluetooth/chooser.ts";
import { chooserStyles } from "./bond-chooser.css.ts";
import { bars, type ChooserWords, english } from "./chooser-words.ts";
import { theme } from "./theme.css.ts";

/**
 * The list in which a person chooses a device, as a dialog of the page's own:
 *
 *     const bluetooth = new HostedBluetooth({ host, openChooser: (chooser) => element.open(chooser) });
 *
 * Parts: dialog, heading, count, list, option, name, empty, problem, connect, cancel. Slot `heading` takes the place of
 * the heading's words; `words` of all of them. Custom properties: those of theme.css.ts.
 */
export class BondChooser extends LitElement {
  static override properties = { words: { attribute: false }, selected: { state: true } };
  static override styles = [theme, chooserStyles];

  declare words: ChooserWords;
  declare selected: string | null;
  #chooser: DeviceChooser | undefined;
  #stop = (): void => {};

  constructor() {
    super();
    this.words = english;
    this.selected = null;
  }

  /** Shows the list until it is answered; one that is open already is cancelled. */
  open(chooser: DeviceChooser): void {
    this.#chooser?.cancel();
    this.#stop();
    this.#chooser = chooser;
    this.selected = null;
    this.#stop = chooser.onChange(() => this.requestUpdate());
    void chooser.closed.then(() => this.#ended(chooser));
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#chooser?.cancel();
  }

  protected override render(): TemplateResult {
    const chooser = this.#chooser;
    if (chooser === undefined) return html``;
    const { words } = this;
    const { entries, state } = chooser;
    const chosen = this.#chosen(entries);
    return html`<dialog part="dialog" aria-labelledby="heading" @close=${() => chooser.cancel()}>
      <header>
        <h2 id="heading" part="heading"><slot name="heading">${words.heading}</slot></h2>
        <p class="count" part="count" role="status">${entries.length > 0 ? words.count(entries.length) : ""}</p>
      </header>
      <div class="body">
        ${state === "scanning" ? nothing : html`<p class="problem" part="problem" role="alert">${words.problem[state]}</p>`}
        ${entries.length > 0 ? this.#list(entries, chosen) : this.#empty(state === "scanning")}
      </div>
      <footer>
        <button part="cancel" @click=${() => chooser.cancel()}>${words.cancel}</button>
        <button
          class="main"
          part="connect"
          aria-disabled=${chosen === undefined ? "true" : "false"}
          @click=${() => this.#choose(chosen)}
        >
          ${words.connect}
        </button>
      </footer>
    </dialog>`;
  }

  protected override updated(_changed: PropertyValues): void {
    const dialog = this.renderRoot.querySelector("dialog");
    if (dialog === null || dialog.open) return;
    dialog.showModal();
    this.#focusable(dialog)?.focus();
  }

  #focusable(dialog: HTMLElement): HTMLElement | null {
    return dialog.querySelector<HTMLElement>("ul") ?? dialog.querySelector("button");
  }

  #empty(scanning: boolean): TemplateResult | typeof nothing {
    if (!scanning) return nothing;
    return html`<div class="empty" part="empty">
      <p>${this.words.empty}</p>
      <p>${this.words.emptyHint}</p>
    </div>`;
  }

  #list(entries: readonly ChooserEntry[], chosen: ChooserEntry | undefined): TemplateResult {
    const active = chosen === undefined ? nothing : idOf(chosen);
    return html`<ul
      part="list"
      role="listbox"
      tabindex="0"
      aria-label=${this.words.list}
      aria-activedescendant=${active}
      @keydown=${(event: KeyboardEvent) => this.#key(event, entries)}
      @focus=${() => this.#begin(entries)}
    >
      ${entries.map((entry) => this.#option(entry, entry === chosen))}
    </ul>`;
  }

  #option(entry: ChooserEntry, selected: boolean): TemplateResult {
    const { words } = this;
    const signal = words.signal(entry.rssi);
    return html`<li
      id=${idOf(entry)}
      part=${selected ? "option selected" : "option"}
      role="option"
      aria-selected=${selected ? "true" : "false"}
      @click=${() => this.#select(entry)}
      @dblclick=${() => this.#choose(entry)}
    >
      ${
        entry.name === null || entry.name === ""
          ? html`<span class="unnamed" part="name">${words.unnamed}</span>`
          : html`<bdi class="name" part="name">${entry.name}</bdi>`
      }
      <span class="facts">
        ${entry.bonded ? html`<span class="bonded">${words.bonded}</span>` : nothing}
        <svg viewBox="0 0 24 20" role="img" aria-label=${signal}>${strength(entry.rssi)}</svg>
      </span>
    </li>`;
  }

  #chosen(entries: readonly ChooserEntry[]): ChooserEntry | undefined {
    return entries.find(({ key }) => key === this.selected);
  }

  /** Whoever comes to the list by keyboard stands on a line at once. */
  #begin(entries: readonly ChooserEntry[]): void {
    const [first] = entries;
    if (this.#chosen(entries) === undefined && first !== undefined) this.selected = first.key;
  }

  #key(event: KeyboardEvent, entries: readonly ChooserEntry[]): void {
    const at = entries.findIndex(({ key }) => key === this.selected);
    const to = targetOf(event.key, at, entries.length);
    if (to !== undefined) this.#select(entries[to]);
    else if (event.key === "Enter" || event.key === " ") this.#choose(entries[at]);
    else return;
    event.preventDefault();
  }

  #select(entry: ChooserEntry | undefined): void {
    if (entry === undefined) return;
    this.selected = entry.key;
    void this.updateComplete.then(() =>
      this.renderRoot.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" }),
    );
  }

  #choose(entry: ChooserEntry | undefined): void {
    if (entry !== undefined) this.#chooser?.choose(entry.key);
  }

  #ended(chooser: DeviceChooser): void {
    if (this.#chooser !== chooser) return;
    this.#stop();
    this.#chooser = undefined;
    this.requestUpdate();
  }
}

const idOf = ({ key }: ChooserEntry): string => `device-${key}`;

function targetOf(key: string, at: number, length: number): number | undefined {
  switch (key) {
    case "ArrowDown":
      return Math.min(at + 1, length - 1);
    case "ArrowUp":
      return Math.max(at - 1, 0);
    case "Home":
      return 0;
    case "End":
      return length - 1;
    default:
      return undefined;
  }
}

function strength(rssi: number | null): TemplateResult[] {
  const lit = rssi === null ? 0 : bars(rssi);
  return [1, 2, 3, 4].map((bar) => {
    const height = bar * 4 + 2;
    return svg`<rect class=${bar <= lit ? "on" : ""} x=${(bar - 1) * 6 + 1} y=${20 - height} width="4" height=${height} rx="1" />`;
  });
}

customElements.define("bond-chooser", BondChooser);
declare global {
  interface HTMLElementTagNameMap {
    "bond-chooser": BondChooser;
  }
}
