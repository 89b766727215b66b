/** What the pairing questions have in common. */
import { css } from "lit";

export const pairingStyles = css`
  :host {
    display: grid;
    gap: var(--space-4);
  }
  .method {
    justify-self: start;
    padding: var(--space-1) var(--space-3);
    border: 2px solid currentcolor;
    border-radius: 99rem;
    font: 700 var(--text-s) / 1.2 var(--font-sign);
  }
  .warn .method::before,
  .method.warn::before {
    content: "! " / "";
  }
  .digits {
    display: flex;
    flex-wrap: wrap;
    justify-content: center;
    gap: 0 0.6em;
    margin: 0;
    padding: var(--space-4);
    border: 2px solid var(--line-strong);
    border-radius: var(--radius);
    background: var(--surface-2);
    font: 700 clamp(2.25rem, 11vw, 3.5rem) / 1.1 var(--font-code);
    font-variant-numeric: tabular-nums;
    letter-spacing: 0.08em;
    user-select: none;
  }
  .answers {
    display: flex;
    flex-wrap: wrap;
    justify-content: flex-end;
    gap: var(--space-3);
  }
  @media (max-width: 30rem) {
    .answers {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
    }
  }
`;
