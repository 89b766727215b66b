import { LitElement, type TemplateResult, css, html, nothing } from "lit";
import type { App } from "../state/app.ts";
import { advice as adviceView, adviceStyles } from "./advice-view.ts";
import { base } from "./base.css.ts";
import { controls } from "./controls.css.ts";
import { failureTitle, obstaclePastes, obstacleTitle, type Paste } from "./environment-words.ts";
import { explain } from "./explain.ts";
import type { Advice } from "./explain/advice.ts";
import { explainObstacle } from "./explain/obstacle.ts";
import { surfaces } from "./surfaces.css.ts";
import { Watch } from "./watch.ts";
import "./copy-text.ts";

/** What stands between this page and Bluetooth, and the way round it. Empty while nothing does. */
export class EnvironmentScreen extends LitElement {
  static override properties = { app: { attribute: false } };
  static override styles = [
    base,
    controls,
    surfaces,
    adviceStyles,
    css`
      .note {
        gap: var(--space-4);
        padding: var(--space-5);
      }
      dl {
        display: grid;
        gap: var(--space-3);
      }
      dt {
        font-weight: 600;
      }
    `,
  ];

  declare app: App;
  readonly #view = Watch.whole(this, () => this.app.environment.view);

  protected override render(): TemplateResult | typeof nothing {
    const view = this.#view.value;
    const { surroundings } = this.app.environment;
    const { system } = surroundings.platform;
    switch (view.kind) {
      case "checking":
      case "ready":
        return nothing;
      case "obstacle": {
        const { obstacle } = view;
        const title = obstacleTitle(obstacle, surroundings);
        return this.#screen(title, explainObstacle(obstacle, system), obstaclePastes(obstacle, surroundings));
      }
      case "no-answer":
        return this.#screen(failureTitle(view.failure), explain(view.failure, system), []);
    }
  }

  #screen(title: string, advice: Advice, pastes: readonly Paste[]): TemplateResult {
    return html`<section class="note warn" aria-labelledby="title">
      <h2 id="title">${title}</h2>
      ${adviceView(advice)}
      ${
        pastes.length === 0
          ? nothing
          : html`<dl>
              ${pastes.map(
                ({ label, text }) => html`<div>
                  <dt>${label}</dt>
                  <dd><copy-text shown .text=${text}></copy-text></dd>
                </div>`,
              )}
            </dl>`
      }
      <p class="row">
        <button class="primary" @click=${() => this.app.page.useDemo(true)}>Continue with demo devices</button>
        <button @click=${() => void this.app.environment.check(new AbortController().signal)}>Check again</button>
      </p>
      <p class="small">
        Demo devices live in this page. Nothing about them is real, and they are kept apart from your own.
      </p>
    </section>`;
  }
}

customElements.define("environment-screen", EnvironmentScreen);
declare global {
  interface HTMLElementTagNameMap {
    "environment-screen": EnvironmentScreen;
  }
}
