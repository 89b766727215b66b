import { css } from "lit";

export const chartStyles = css`
  figure {
    display: grid;
    gap: var(--space-2);
  }
  .paper {
    height: 220px;
    border: 1px solid var(--line);
    border-radius: var(--radius);
    background: var(--surface-2);
  }
  svg {
    display: block;
    width: 100%;
    height: 100%;
  }
  text {
    fill: var(--ink-2);
    font: 500 14px / 1 var(--font-text);
  }
  .grid {
    stroke: var(--line);
  }
  .line {
    fill: none;
    stroke: var(--accent);
    stroke-width: 2.5;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  .now {
    fill: var(--accent);
    stroke: var(--surface-2);
    stroke-width: 2;
  }
  table {
    border-collapse: collapse;
  }
  th,
  td {
    padding: var(--space-1) var(--space-5) var(--space-1) 0;
    text-align: start;
  }
  td {
    font-family: var(--font-code);
    font-variant-numeric: tabular-nums;
  }
`;
