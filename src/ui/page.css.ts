import { css } from "lit";

/** A screen of cards, one below the other, as wide as text may be. */
export const pageStyles = css`
  :host {
    display: grid;
    gap: var(--space-5);
    max-width: 52rem;
  }
  .card {
    justify-items: start;
  }
  .card > * {
    max-width: 100%;
  }
`;
