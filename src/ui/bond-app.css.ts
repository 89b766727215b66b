import { css } from "lit";

export const appStyles = css`
  :host {
    display: grid;
    grid-template-columns: 15.5rem minmax(0, 1fr);
    min-height: 100vh;
  }
  header {
    position: sticky;
    top: 0;
    display: flex;
    flex-direction: column;
    height: 100vh;
    padding: var(--space-5) var(--space-4);
    overflow-y: auto;
    background: var(--rail);
    color: var(--rail-ink);
  }
  app-nav {
    flex: 1;
  }
  main {
    display: grid;
    align-content: start;
    gap: var(--space-5);
    width: 100%;
    max-width: 74rem;
    padding: var(--space-6) clamp(var(--space-5), 4vw, var(--space-7)) 8rem;
  }
  main > * {
    min-width: 0;
  }
  .skip {
    position: fixed;
    z-index: 9;
    top: var(--space-2);
    left: var(--space-2);
    transform: translateY(-200%);
  }
  .skip:focus {
    transform: none;
  }
  @media (max-width: 60rem) {
    :host {
      --bar: 4.25rem;
      display: block;
    }
    header {
      position: static;
      flex-direction: row;
      align-items: center;
      justify-content: space-between;
      gap: var(--space-4);
      height: auto;
      padding: var(--space-2) var(--space-4);
      overflow: visible;
    }
    app-nav {
      flex: none;
    }
    main {
      padding: var(--space-4) var(--space-4) 9rem;
    }
  }
  @media print {
    :host {
      display: block;
    }
    header,
    notice-bar {
      display: none;
    }
    main {
      max-width: none;
      padding: 0;
    }
  }
  @media (forced-colors: active) {
    header {
      border-right: 1px solid CanvasText;
    }
  }
`;
