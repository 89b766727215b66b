/** What every shadow root starts from: `static override styles = [base, …]`. */
import { css } from "lit";

export const base = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  :host {
    display: block;
  }
  :host([hidden]),
  [hidden] {
    display: none !important;
  }
  h1,
  h2,
  h3,
  p,
  ul,
  ol,
  dl,
  dd,
  figure {
    margin: 0;
  }
  h1,
  h2,
  h3 {
    font-family: var(--font-sign);
    font-weight: 700;
    line-height: 1.15;
    text-wrap: balance;
  }
  h1 {
    font-size: var(--text-xxl);
    letter-spacing: -0.01em;
  }
  h2 {
    font-size: var(--text-xl);
  }
  h3 {
    font-size: var(--text-l);
  }
  p {
    max-width: 65ch;
    text-wrap: pretty;
  }
  a {
    color: var(--accent);
    text-underline-offset: 0.2em;
  }
  code,
  .code {
    font-family: var(--font-code);
    font-size: 0.92em;
    overflow-wrap: anywhere;
  }
  /* Names come from devices: kept apart from our words in direction and in width. */
  bdi {
    overflow-wrap: anywhere;
  }
  :focus-visible {
    outline: 3px solid var(--accent);
    outline-offset: 3px;
  }
  /* A heading takes the focus when its screen opens: to be read out, not to be worked with. */
  :is(h1, h2, h3)[tabindex="-1"]:focus {
    outline: none;
  }
  summary {
    min-height: var(--touch);
    align-content: center;
    cursor: pointer;
  }
  .quiet {
    color: var(--ink-2);
  }
  .small {
    font-size: var(--text-s);
  }
  .visually-hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  .stack {
    display: grid;
    gap: var(--space-4);
    justify-items: start;
  }
  .stack > * {
    min-width: 0;
    max-width: 100%;
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--space-3);
  }
`;
