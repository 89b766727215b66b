/** Design tokens. Adopted once by the document; shadow roots inherit the custom properties. */
import { css } from "lit";

export const tokens = css`
  :root {
    color-scheme: light dark;

    /* Ink on cool paper; green, amber, grey and red belong to the states of a bond and to nothing else. */
    --ground: light-dark(#eef1f6, #0d1321);
    --surface: light-dark(#ffffff, #161f33);
    --surface-2: light-dark(#f6f8fb, #1d2840);
    --line: light-dark(#cdd5e1, #33415e);
    --line-strong: light-dark(#7b889e, #7486a8);
    --ink: light-dark(#131c31, #e9eef8);
    --ink-2: light-dark(#47536b, #b3c0d8);
    --rail: light-dark(#131c31, #090e19);
    --rail-ink: #e9eef8;
    --rail-ink-2: #aab8d2;
    --rail-active: light-dark(#2a3757, #1d2840);
    --accent: light-dark(#2340b8, #9db7ff);
    --accent-strong: light-dark(#1a3196, #c3d3ff);
    --on-accent: light-dark(#ffffff, #0d1321);
    --accent-wash: light-dark(#e4eafc, #202f57);

    --proven: light-dark(#0b6238, #7fe3ab);
    --proven-wash: light-dark(#dcf3e5, #11331f);
    --before: light-dark(#754a00, #f4c566);
    --before-wash: light-dark(#fdeeca, #392a08);
    --recorded: light-dark(#4a566b, #bac6dc);
    --recorded-wash: light-dark(#e4e9f0, #28344e);
    /* The signs are shapes, not text: they may be brighter. */
    --proven-sign: light-dark(#0f8a4c, #5fd896);
    --before-sign: light-dark(#bd7b00, #f0b94a);
    --recorded-sign: light-dark(#66748c, #9aa8c2);
    --suspect-sign: light-dark(#c4142d, #ff7d87);
    --suspect: light-dark(#a01529, #ffa3aa);
    --suspect-wash: light-dark(#fde4e5, #451a22);

    /* Names and headings: the DIN of road signs, made to be read from afar. No font is downloaded. */
    --font-sign: Bahnschrift, "DIN Alternate", "D-DIN", "Roboto Condensed", "DejaVu Sans Condensed",
      "Arial Narrow", sans-serif;
    --font-text: "Segoe UI Variable Text", "Segoe UI", Roboto, Cantarell, "Noto Sans", system-ui,
      sans-serif;
    --font-code: "Cascadia Mono", "SF Mono", "Roboto Mono", "DejaVu Sans Mono", monospace;

    --text-s: 0.9375rem;
    --text-m: 1.0625rem;
    --text-l: 1.25rem;
    --text-xl: 1.625rem;
    --text-xxl: clamp(1.875rem, 1.4rem + 1.9vw, 2.75rem);

    --space-1: 0.25rem;
    --space-2: 0.5rem;
    --space-3: 0.75rem;
    --space-4: 1rem;
    --space-5: 1.5rem;
    --space-6: 2rem;
    --space-7: 3rem;

    --radius: 0.625rem;
    --radius-l: 1rem;
    --touch: 3rem;
    --shadow: 0 1px 2px light-dark(rgb(19 28 49 / 8%), rgb(0 0 0 / 40%));
    --shadow-raised: 0 8px 28px light-dark(rgb(19 28 49 / 22%), rgb(0 0 0 / 60%));
    --ring: 0 0 0 3px var(--ground), 0 0 0 6px var(--accent);
    --quick: 160ms;
    --slow: 520ms;
    --ease: cubic-bezier(0.2, 0.7, 0.2, 1);
  }
  :root[data-theme="light"] {
    color-scheme: light;
  }
  :root[data-theme="dark"] {
    color-scheme: dark;
  }
  @media print {
    /* Ink on paper, whatever the screen is. */
    :root,
    :root[data-theme] {
      color-scheme: light;
      --ground: #ffffff;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    :root {
      --quick: 0.01ms;
      --slow: 0.01ms;
    }
  }
  @media (prefers-contrast: more) {
    :root {
      --line: var(--line-strong);
      --ink-2: var(--ink);
    }
  }

  html {
    /* A kiosk is read from farther away than a laptop: larger screens get larger type. */
    font-size: clamp(100%, 0.5rem + 0.62vw, 140%);
    scroll-padding: 1rem 0 11rem; /* the bar at the bottom of a phone, and what sticks above it */
  }
  html,
  body {
    margin: 0;
    min-height: 100%;
    background: var(--ground);
    color: var(--ink);
    font: 400 var(--text-m) / 1.5 var(--font-text);
    -webkit-text-size-adjust: 100%;
  }
`;
