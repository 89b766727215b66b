/** Buttons, fields and chips. */
import { css } from "lit";

export const controls = css`
  button,
  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: var(--space-2);
    min-height: var(--touch);
    padding: 0 var(--space-5);
    border: 2px solid var(--line-strong);
    border-radius: var(--radius);
    background: var(--surface);
    color: var(--ink);
    font: 600 var(--text-m) / 1.2 var(--font-text);
    text-decoration: none;
    cursor: pointer;
    transition: background var(--quick);
  }
  button:hover,
  .button:hover {
    background: var(--accent-wash);
  }
  button.primary,
  .button.primary {
    border-color: var(--accent);
    background: var(--accent);
    color: var(--on-accent);
  }
  button.primary:hover,
  .button.primary:hover {
    border-color: var(--accent-strong);
    background: var(--accent-strong);
  }
  button.danger {
    border-color: var(--suspect);
    color: var(--suspect);
  }
  button.danger:hover {
    background: var(--suspect-wash);
  }
  button.plain {
    padding: 0 var(--space-3);
    border-color: transparent;
    background: none;
    color: var(--accent);
    text-decoration: underline;
    text-underline-offset: 0.2em;
  }
  button.plain:hover {
    background: var(--accent-wash);
  }
  /* Disabled stays readable; aria-disabled keeps it reachable, so that it can say why. */
  button:disabled,
  button[aria-disabled="true"] {
    border-color: var(--line);
    background: var(--surface-2);
    color: var(--ink-2);
    cursor: not-allowed;
  }

  .field {
    display: grid;
    gap: var(--space-1);
    width: 100%;
  }
  .field > label,
  legend {
    font-weight: 600;
  }
  .field .hint {
    color: var(--ink-2);
    font-size: var(--text-s);
  }
  .field .error {
    color: var(--suspect);
    font-weight: 600;
  }
  .field .error::before {
    content: "✕ ";
  }
  input:not([type="checkbox"], [type="radio"], [type="file"]),
  select,
  textarea {
    width: 100%;
    min-height: var(--touch);
    padding: var(--space-2) var(--space-3);
    border: 2px solid var(--line-strong);
    border-radius: var(--radius);
    background: var(--surface);
    color: var(--ink);
    font: 400 var(--text-m) / 1.4 var(--font-text);
  }
  textarea {
    min-height: 7rem;
    resize: vertical;
  }
  input[aria-invalid="true"],
  textarea[aria-invalid="true"] {
    border-color: var(--suspect);
  }
  input[type="checkbox"],
  input[type="radio"] {
    flex: none;
    width: 1.4rem;
    height: 1.4rem;
    margin: 0;
    accent-color: var(--accent);
  }
  fieldset {
    min-width: 0;
    margin: 0;
    padding: 0;
    border: 0;
  }

  .chip {
    min-height: 2.75rem;
    padding: 0 var(--space-4);
    border-width: 2px;
    border-color: var(--line);
    border-radius: 99rem;
    font-weight: 500;
  }
  .chip[aria-pressed="true"],
  .chip[aria-selected="true"] {
    border-color: var(--ink);
    background: var(--ink);
    color: var(--ground);
  }
  @media (forced-colors: active) {
    .chip[aria-pressed="true"],
    .chip[aria-selected="true"] {
      border-color: Highlight;
      background: Highlight;
      color: HighlightText;
      forced-color-adjust: none;
    }
  }
`;
