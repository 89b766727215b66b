import { css } from "lit";

/** A screen is a column, as wide as text may be. */
export const column = css`
  :host {
    display: grid;
    gap: var(--space-5);
    max-width: 52rem;
  }
`;

/** Cards in it keep their own width. */
export const cards = css`
  .card {
    justify-items: start;
  }
  .card > * {
    max-width: 100%;
  }
`;
