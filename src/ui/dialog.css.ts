import { css } from "lit";

/** A question over the screen. */
export const dialogStyles = css`
  dialog {
    width: min(38rem, calc(100vw - 2rem));
    max-height: calc(100dvh - 2rem);
    padding: clamp(var(--space-4), 4vw, var(--space-6));
    border: 2px solid var(--line-strong);
    border-radius: var(--radius-l);
    background: var(--surface);
    color: var(--ink);
    box-shadow: var(--shadow-raised);
  }
  dialog::backdrop {
    background: rgb(9 14 25 / 60%);
  }
  .stack {
    justify-items: stretch;
  }
  .answers {
    justify-content: flex-end;
    margin-top: var(--space-2);
  }
`;
