import { css } from "lit";

export const evidenceStyles = css`
  ol {
    display: grid;
    padding: 0;
    list-style: none;
  }
  li {
    display: grid;
    grid-template-columns: 2rem minmax(0, 1fr);
    gap: 0 var(--space-4);
    padding-bottom: var(--space-5);
  }
  li:last-child {
    padding-bottom: 0;
  }
  /* A rung and the pole to the next one: solid as far as the evidence goes. */
  .rung {
    position: relative;
    width: 2rem;
  }
  .rung::before {
    content: "";
    position: absolute;
    top: 0.15rem;
    left: 0.25rem;
    width: 1.5rem;
    height: 1.5rem;
    border: 3px dashed var(--line-strong);
    border-radius: 50%;
  }
  .rung::after {
    content: "";
    position: absolute;
    top: 1.9rem;
    bottom: calc(-1 * var(--space-5));
    left: calc(1rem - 1.5px);
    border-left: 3px dashed var(--line);
  }
  li:last-child .rung::after {
    display: none;
  }
  .reached .rung::before {
    border: 0;
    background: var(--ink);
  }
  .reached .rung::after {
    border-left: 3px solid var(--ink);
  }
  .reached .sign {
    position: absolute;
    top: 0.15rem;
    left: 0.25rem;
    z-index: 1;
    display: grid;
    place-items: center;
    width: 1.5rem;
    height: 1.5rem;
    color: var(--ground);
    font: 700 1rem / 1 var(--font-sign);
  }
  .proven-now .rung::before {
    background: var(--proven);
  }
  .proven .rung::before {
    background: var(--before);
  }
  .missing h3 {
    color: var(--ink-2);
    font-weight: 500;
  }
  details {
    color: var(--ink-2);
  }
  details ul {
    padding-inline-start: var(--space-5);
  }
`;
