import { css } from "lit";

/** In a dialog about one device: which one it is, and what to see or press on one that is made of code. */
export const aboutDevice = css`
  .who {
    max-width: none;
    font: 700 var(--text-l) / 1.2 var(--font-sign);
    overflow-wrap: anywhere;
  }
  .who code {
    display: block;
    color: var(--ink-2);
    font-weight: 400;
  }
  .simulated {
    padding: var(--space-2) var(--space-4);
    border: 2px dashed var(--line-strong);
    border-radius: var(--radius);
  }
`;
