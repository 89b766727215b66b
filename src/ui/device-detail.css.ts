import { css } from "lit";

export const detailStyles = css`
  :host {
    display: grid;
    gap: var(--space-5);
  }
  nav {
    display: flex;
    gap: var(--space-1);
    overflow-x: auto;
    border-bottom: 2px solid var(--line);
  }
  nav a {
    display: grid;
    place-items: center;
    min-height: var(--touch);
    margin-bottom: -2px;
    padding: 0 var(--space-4);
    border-bottom: 4px solid transparent;
    color: var(--ink-2);
    font: 600 var(--text-m) / 1.2 var(--font-text);
    text-decoration: none;
  }
  nav a:hover {
    color: var(--ink);
  }
  nav a[aria-current="page"] {
    border-color: var(--ink);
    color: var(--ink);
  }
  nav a:focus-visible {
    outline-offset: -3px;
  }
  .overview {
    display: grid;
    grid-template-columns: repeat(2, minmax(0, 1fr));
    gap: var(--space-5);
    align-items: start;
  }
  .column {
    display: grid;
    gap: var(--space-5);
  }
  @media (max-width: 30rem) {
    nav a {
      flex: 1;
      padding: 0 var(--space-2);
    }
  }
  @media (max-width: 72rem) {
    .overview {
      grid-template-columns: minmax(0, 1fr);
    }
  }
`;
