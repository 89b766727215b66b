/** Cards, notes and tables of facts. */
import { css } from "lit";

export const surfaces = css`
  .card {
    display: grid;
    gap: var(--space-4);
    padding: clamp(var(--space-4), 3vw, var(--space-6));
    border: 1px solid var(--line);
    border-radius: var(--radius-l);
    background: var(--surface);
  }
  .card > * {
    min-width: 0;
  }

  /* A remark beside the matter: what to know, what to look at, what went wrong. Shape and word first, then colour. */
  .note {
    display: grid;
    grid-template-columns: auto 1fr;
    /* No row gap: the sign spans rows that need not exist, and each would add one. */
    gap: 0 var(--space-3);
    padding: var(--space-4);
    border: 2px solid var(--line);
    border-radius: var(--radius);
    background: var(--surface-2);
  }
  .note > * {
    grid-column: 2;
    min-width: 0;
  }
  .note > * + * {
    margin-top: var(--space-1);
  }
  .note::before {
    content: "i";
    grid-column: 1;
    grid-row: 1 / span 9;
    display: grid;
    place-items: center;
    width: 1.75rem;
    height: 1.75rem;
    border: 2px solid currentcolor;
    border-radius: 50%;
    font: 700 1rem / 1 var(--font-sign);
  }
  .note.warn {
    border-color: var(--before);
    background: var(--surface);
  }
  .note.warn::before {
    content: "!";
    border-radius: 0.375rem;
    color: var(--before);
  }
  .note.bad {
    border-color: var(--suspect);
    background: var(--surface);
  }
  .note.bad::before {
    content: "✕";
    border-radius: 0.375rem;
    color: var(--suspect);
  }

  @media (max-width: 30rem) {
    .note {
      grid-template-columns: minmax(0, 1fr);
    }
    .note > *,
    .note::before {
      grid-area: auto;
    }
    .note::before {
      margin-bottom: var(--space-2);
    }
  }

  .facts {
    display: grid;
    grid-template-columns: minmax(8rem, max-content) 1fr;
    gap: var(--space-2) var(--space-5);
  }
  .facts dt {
    color: var(--ink-2);
  }
  .facts dd {
    min-width: 0;
    overflow-wrap: anywhere;
  }
  @media (max-width: 30rem) {
    .facts {
      grid-template-columns: 1fr;
      gap: 0;
    }
    .facts dd {
      margin-bottom: var(--space-3);
    }
  }
`;
