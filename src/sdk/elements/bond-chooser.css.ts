import { css } from "lit";

export const chooserStyles = css`
  dialog {
    width: min(30rem, calc(100vw - 1.5rem));
    max-height: min(40rem, calc(100dvh - 1.5rem));
    padding: 0;
    border: 1px solid var(--line);
    border-radius: calc(var(--radius) * 1.6);
    background: var(--surface);
    color: var(--ink);
    box-shadow: 0 8px 28px light-dark(rgb(19 28 49 / 22%), rgb(0 0 0 / 60%));
    overflow: hidden;
  }
  dialog[open] {
    display: grid;
    grid-template-rows: auto minmax(0, 1fr) auto;
  }
  dialog::backdrop {
    background: rgb(9 14 25 / 60%);
  }
  header {
    display: grid;
    gap: 0.15rem;
    padding: 1.25rem 1.5rem 0.75rem;
  }
  h2 {
    margin: 0;
    font-size: 1.375rem;
    line-height: 1.2;
  }
  .count {
    margin: 0;
    color: var(--ink-2);
    font-size: 0.9375rem;
  }
  .body {
    min-height: 11rem;
    overflow-y: auto;
    border-block: 1px solid var(--line);
    background: var(--raised);
  }
  ul {
    margin: 0;
    padding: 0.5rem;
    list-style: none;
  }
  ul:focus-visible {
    outline-offset: -3px;
  }
  li {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    align-items: center;
    gap: 0.1rem 0.75rem;
    min-height: 3.25rem;
    padding: 0.4rem 0.75rem;
    border: 2px solid transparent;
    border-radius: var(--radius);
    cursor: pointer;
  }
  @media (hover: hover) {
    li:hover {
      background: var(--wash);
    }
  }
  li[aria-selected="true"] {
    border-color: var(--accent);
    background: var(--wash);
  }
  .name {
    font-weight: 600;
  }
  .unnamed {
    color: var(--ink-2);
    font-weight: 400;
  }
  .facts {
    display: inline-flex;
    align-items: center;
    gap: 0.6rem;
    color: var(--ink-2);
    font-size: 0.875rem;
  }
  .bonded {
    padding: 0 0.5rem;
    border: 1px solid currentColor;
    border-radius: 1rem;
  }
  svg {
    width: 1.5rem;
    height: 1.25rem;
    fill: var(--ink-2);
  }
  svg rect:not(.on) {
    opacity: 0.3;
  }
  svg .on {
    fill: var(--accent);
  }
  .empty {
    display: grid;
    gap: 0.4rem;
    padding: 1.75rem 1.5rem;
  }
  .empty p {
    margin: 0;
    max-width: 42ch;
  }
  .empty p + p {
    color: var(--ink-2);
  }
  .problem {
    margin: 0;
    padding: 1rem 1.5rem;
    color: var(--bad);
    font-weight: 600;
  }
  footer {
    display: flex;
    flex-wrap: wrap;
    justify-content: flex-end;
    gap: 0.75rem;
    padding: 1rem 1.5rem;
  }
  @media (forced-colors: active) {
    li[aria-selected="true"] {
      border-color: Highlight;
    }
  }
`;
