/**
 * How the SDK's elements look in a page that says nothing, and what it may say: every `--bond-…` property is read from
 * the page, and every part has a name. Nothing else of the page reaches in.
 */
import { css } from "lit";

export const theme = css`
  :host {
    --surface: var(--bond-surface, light-dark(#ffffff, #161f33));
    --raised: var(--bond-surface-raised, light-dark(#f6f8fb, #1d2840));
    --line: var(--bond-line, light-dark(#7b889e, #7486a8));
    --ink: var(--bond-ink, light-dark(#131c31, #e9eef8));
    --ink-2: var(--bond-ink-quiet, light-dark(#47536b, #b3c0d8));
    --accent: var(--bond-accent, light-dark(#2340b8, #9db7ff));
    --on-accent: var(--bond-on-accent, light-dark(#ffffff, #0d1321));
    --wash: var(--bond-accent-wash, light-dark(#e4eafc, #202f57));
    --good: var(--bond-good, light-dark(#0b6238, #7fe3ab));
    --fair: var(--bond-fair, light-dark(#754a00, #f4c566));
    --bad: var(--bond-bad, light-dark(#a01529, #ffa3aa));
    --radius: var(--bond-radius, 0.625rem);
    --font: var(--bond-font, system-ui, sans-serif);
    color: var(--ink);
    font: 400 1rem / 1.5 var(--font);
  }
  :host([hidden]) {
    display: none;
  }
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  button {
    min-height: 2.75rem;
    padding: 0.4rem 1.1rem;
    border: 2px solid var(--line);
    border-radius: var(--radius);
    background: var(--surface);
    color: var(--ink);
    font: inherit;
    cursor: pointer;
  }
  button.main {
    border-color: var(--accent);
    background: var(--accent);
    color: var(--on-accent);
    font-weight: 600;
  }
  button[aria-disabled="true"] {
    border-style: dashed;
    border-color: var(--line);
    background: var(--raised);
    color: var(--ink-2);
    cursor: default;
  }
  :focus-visible {
    outline: 3px solid var(--accent);
    outline-offset: 2px;
  }
  /* Names come from devices: kept apart from our words in direction and in width. */
  bdi {
    overflow-wrap: anywhere;
  }
`;
