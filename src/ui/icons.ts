/** Line icons, 24 by 24; always beside a word, so hidden from assistive technology. */
import { type SVGTemplateResult, type TemplateResult, html, svg } from "lit";

const PATHS = {
  devices: svg`<path d="M5 4h14v7H5zM5 15h14v5H5zM9 7.5h6M9 17.5h6"></path>`,
  add: svg`<path d="M12 5v14M5 12h14"></path>`,
  keys: svg`<circle cx="8" cy="8" r="4"></circle><path d="M11 11l8.5 8.5M15.5 15.5l2.5-2.5"></path>`,
  adapter: svg`<path d="M8 9V4h8v5M6 9h12v8a3 3 0 0 1-3 3H9a3 3 0 0 1-3-3zM10.5 6.5v.2M13.5 6.5v.2"></path>`,
  explain: svg`<path d="M4 5h16v11h-8l-4.5 4V16H4z"></path><path d="M10 9a2 2 0 1 1 2.6 1.9c-.5.2-.6.5-.6 1.1M12 14v.2"></path>`,
  settings: svg`<path d="M4 7h10M18 7h2M4 17h2M10 17h10"></path><circle cx="16" cy="7" r="2.4"></circle><circle cx="8" cy="17" r="2.4"></circle>`,
  search: svg`<circle cx="10.5" cy="10.5" r="6"></circle><path d="M15 15l5.5 5.5"></path>`,
  copy: svg`<path d="M9 8h11v12H9zM5 16H4V4h11v1"></path>`,
  close: svg`<path d="M6 6l12 12M18 6L6 18"></path>`,
  forward: svg`<path d="M9 5l7 7-7 7"></path>`,
  back: svg`<path d="M15 5l-7 7 7 7"></path>`,
  download: svg`<path d="M12 4v11M7 10.5l5 5 5-5M4.5 20h15"></path>`,
  upload: svg`<path d="M12 16V5M7 9.5l5-5 5 5M4.5 20h15"></path>`,
} satisfies Record<string, SVGTemplateResult>;

export type IconName = keyof typeof PATHS;

/** Size and colour come from the text beside it. */
export function icon(name: IconName): TemplateResult {
  return html`<svg
    class="icon"
    viewBox="0 0 24 24"
    width="24"
    height="24"
    fill="none"
    stroke="currentColor"
    stroke-width="2"
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
  >
    ${PATHS[name]}
  </svg>`;
}
