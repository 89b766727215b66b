/** The line that opens and closes a part of the attribute tree: one look for services and characteristics. */
import { css } from "lit";

export const disclosure = css`
  h3,
  h4 {
    margin: 0;
    font: inherit;
    letter-spacing: normal;
  }
  button.line {
    display: grid;
    align-items: center;
    justify-content: stretch;
    gap: 0 var(--space-3);
    width: 100%;
    min-height: var(--touch);
    border: 0;
    border-radius: var(--radius);
    background: none;
    color: inherit;
    font: 600 var(--text-m) / 1.4 var(--font-text);
    text-align: start;
    cursor: pointer;
  }
  button.line:hover {
    background: var(--accent-wash);
  }
  .mark {
    grid-area: mark;
    justify-self: center;
    width: 0.6rem;
    height: 0.6rem;
    border: solid var(--ink-2);
    border-width: 0 2.5px 2.5px 0;
    transform: translateX(-0.15rem) rotate(-45deg);
    transition: transform var(--quick);
  }
  [aria-expanded="true"] .mark {
    transform: translateY(-0.15rem) rotate(45deg);
  }
  /* Its words, not its padding, stand in line with the rest. */
  button.plain {
    margin-inline-start: calc(-1 * var(--space-3));
    text-align: start;
  }
  dl.small {
    display: grid;
    gap: var(--space-1);
    margin-top: var(--space-4);
    color: var(--ink-2);
  }
  dl.small > div {
    display: flex;
    flex-wrap: wrap;
    gap: 0 var(--space-3);
  }
`;
