import { LitElement, type TemplateResult, css, html, nothing } from "lit";
import { hrefOf, type PlainScreen, type Route } from "../state/router.ts";
import { base } from "./base.css.ts";
import { icon, type IconName } from "./icons.ts";
import { tally } from "./tally.ts";

interface Place {
  readonly screen: "devices" | PlainScreen;
  readonly words: string;
  readonly short: string;
  readonly icon: IconName;
  /** Only where there is room; on a phone Settings leads there. */
  readonly wide?: true;
  /** Only where the adapter is ours. */
  readonly own?: true;
}

const PLACES: readonly Place[] = [
  { screen: "devices", words: "Devices", short: "Devices", icon: "devices" },
  { screen: "add", words: "Add a device", short: "Add", icon: "add" },
  { screen: "keys", words: "Keys", short: "Keys", icon: "keys" },
  { screen: "adapter", words: "Adapter", short: "Adapter", icon: "adapter", own: true },
  { screen: "scan", words: "Scan", short: "Scan", icon: "search", wide: true, own: true },
  { screen: "explain", words: "Explain an error", short: "Explain", icon: "explain", wide: true },
  { screen: "settings", words: "Settings", short: "Settings", icon: "settings" },
];

/** The name of the page and the ways through it: a rail at the side, on a phone a bar under the thumb. */
export class AppNav extends LitElement {
  static override properties = { screen: {}, own: { type: Boolean } };
  static override styles = [
    base,
    css`
      .brand {
        display: inline-flex;
        align-items: center;
        gap: var(--space-2);
        color: inherit;
        font: 700 1.5rem / 1 var(--font-sign);
        letter-spacing: -0.01em;
        text-decoration: none;
      }
      .brand svg {
        width: 2rem;
        height: 2rem;
      }
      ul {
        display: grid;
        gap: var(--space-1);
        margin-top: var(--space-6);
        padding: 0;
        list-style: none;
      }
      li a {
        display: flex;
        align-items: center;
        gap: var(--space-3);
        min-height: 3.25rem;
        padding: 0 var(--space-3);
        border-radius: var(--radius);
        color: var(--rail-ink-2);
        font-weight: 600;
        text-decoration: none;
      }
      li a:hover {
        color: var(--rail-ink);
      }
      li a[aria-current] {
        background: var(--rail-active);
        color: var(--rail-ink);
      }
      a:focus-visible {
        outline-color: var(--rail-ink);
        outline-offset: 1px;
      }
      .short {
        display: none;
      }
      @media (max-width: 60rem) {
        .brand {
          font-size: 1.25rem;
        }
        ul {
          position: fixed;
          z-index: 4;
          right: 0;
          bottom: 0;
          left: 0;
          grid-auto-columns: 1fr;
          grid-auto-flow: column;
          gap: 0;
          margin: 0;
          padding: var(--space-1) var(--space-1) calc(var(--space-1) + env(safe-area-inset-bottom));
          background: var(--rail);
        }
        li a {
          flex-direction: column;
          justify-content: center;
          gap: 0.15rem;
          min-height: 3.75rem;
          padding: 0;
          font-size: 0.875rem;
        }
        .long,
        .wide {
          display: none;
        }
        .short {
          display: inline;
        }
      }
      @media (forced-colors: active) {
        li a[aria-current] {
          outline: 2px solid Highlight;
        }
        ul {
          border-top: 1px solid CanvasText;
        }
      }
    `,
  ];

  declare screen: Route["screen"];
  declare own: boolean;

  constructor() {
    super();
    this.screen = "devices";
    this.own = false;
  }

  protected override render(): TemplateResult {
    const here = this.screen === "device" ? "devices" : this.screen;
    return html`<a class="brand" href=${hrefOf({ screen: "devices" })}>
        <svg viewBox="0 0 32 32" aria-hidden="true">${tally("proven")}</svg>Bondkeeper
      </a>
      <nav aria-label="Main">
        <ul>
          ${PLACES.filter(({ own }) => own !== true || this.own).map(
            ({ screen, words, short, icon: sign, wide }) => html`<li class=${wide === true ? "wide" : ""}>
              <a href=${hrefOf({ screen })} aria-current=${here === screen ? "page" : nothing} aria-label=${words}>
                ${icon(sign)}<span class="long">${words}</span><span class="short">${short}</span>
              </a>
            </li>`,
          )}
        </ul>
      </nav>`;
  }
}

customElements.define("app-nav", AppNav);
declare global {
  interface HTMLElementTagNameMap {
    "app-nav": AppNav;
  }
}
