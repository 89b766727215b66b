/** A screen that is read from far away, and a report on paper. */
import { css } from "lit";

export const board = css`
  .board {
    position: fixed;
    inset: 0;
    z-index: 20;
    display: grid;
    grid-template-rows: auto 1fr auto auto;
    gap: clamp(var(--space-3), 2vh, var(--space-6));
    padding: clamp(var(--space-4), 4vw, 4rem);
    overflow: auto;
    background: var(--ground);
    border-top: 1.25rem solid var(--line-strong);
  }
  .board.proven,
  .board.leaving,
  .board.waiting-for-network {
    border-top-color: var(--proven);
  }
  .board.attention {
    border-top-color: var(--before);
  }
  header {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr);
    align-items: center;
    gap: clamp(var(--space-4), 3vw, 3rem);
  }
  h1 {
    font-size: clamp(2.25rem, 7vmin, 6rem);
    line-height: 1.05;
  }
  .sub {
    color: var(--ink-2);
    font-size: clamp(1.125rem, 2.6vmin, 2rem);
  }
  ol {
    display: grid;
    align-content: start;
    grid-template-columns: repeat(auto-fit, minmax(min(24rem, 100%), 1fr));
    gap: clamp(var(--space-3), 2vmin, var(--space-5));
    padding: 0;
    list-style: none;
  }
  li {
    display: grid;
    grid-template-columns: auto minmax(0, 1fr);
    gap: var(--space-4);
    padding: clamp(var(--space-4), 2vmin, var(--space-6));
    border: 2px solid var(--line);
    border-radius: var(--radius-l);
    background: var(--surface);
  }
  li h2 {
    font-size: clamp(1.25rem, 3vmin, 2.25rem);
    overflow-wrap: anywhere;
  }
  .state {
    font-size: clamp(1.05rem, 2.2vmin, 1.6rem);
  }
  .detail {
    margin-top: var(--space-2);
    font-size: clamp(1rem, 2vmin, 1.4rem);
    overflow-wrap: anywhere;
  }
  .sign {
    display: grid;
    place-items: center;
    width: clamp(2.5rem, 6vmin, 4.5rem);
    height: clamp(2.5rem, 6vmin, 4.5rem);
    border: 3px solid var(--line-strong);
    border-radius: 50%;
    font: 700 clamp(1.4rem, 3.4vmin, 2.6rem) / 1 var(--font-sign);
  }
  .proven .sign {
    border-color: var(--proven);
    background: var(--proven);
    color: var(--surface);
  }
  li.needs-person,
  li.failed {
    border-color: var(--before);
  }
  .needs-person .sign,
  .failed .sign {
    border-color: var(--before);
    border-radius: 0.5rem;
    color: var(--before);
  }
  .center {
    place-self: center;
  }
  /* One picture for the whole room. */
  .alone {
    grid-template-rows: 1fr auto;
  }
  .alone header {
    grid-template-columns: auto;
    place-content: center;
    place-items: center;
    gap: clamp(var(--space-5), 5vmin, 5rem);
    text-align: center;
  }
  .alone bond-halves {
    --halves: min(48vmin, 38vh);
  }
  .alone h1 {
    font-size: clamp(3rem, 15vmin, 14rem);
  }
  .alone .sub {
    font-size: clamp(1.25rem, 3.6vmin, 3rem);
  }
  .on-paper {
    display: none;
  }
  footer {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-3);
  }
  @media print {
    .board {
      position: static;
      display: block;
      padding: 0;
      border: 0;
      overflow: visible;
    }
    .board header {
      display: block;
      justify-items: start;
      text-align: start;
    }
    .board h1 {
      font-size: 24pt;
    }
    .board .sub {
      font-size: 13pt;
    }
    p.on-paper {
      display: block;
      margin: 6pt 0 12pt;
      font-size: 10pt;
    }
    ol,
    ol.on-paper {
      display: block;
    }
    li {
      break-inside: avoid;
      margin-bottom: 6pt;
      padding: 6pt 9pt;
      border-width: 1pt;
    }
    li h2 {
      font-size: 14pt;
    }
    .state,
    .detail {
      font-size: 11pt;
    }
    .sign {
      width: 22pt;
      height: 22pt;
      border-width: 1.5pt;
      font-size: 13pt;
      print-color-adjust: exact;
    }
    bond-halves,
    footer,
    .center,
    kiosk-exit {
      display: none;
    }
  }
`;
