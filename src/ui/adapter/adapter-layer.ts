import { LitElement, type TemplateResult, html, nothing } from "lit";
import type { OwnWorld } from "../../state/adapter/world.ts";
import type { App } from "../../state/app.ts";
import { base } from "../base.css.ts";
import "./adapter-chooser.ts";
import "./adapter-question.ts";
import "./adapter-standing.ts";
import "./simulation-banner.ts";

/** What stands over every screen while the adapter is ours: that it is simulated, that it is away, and its questions. */
export class AdapterLayer extends LitElement {
  static override properties = {
    app: { attribute: false },
    own: { attribute: false },
    questionsOnly: { type: Boolean },
  };
  static override styles = base;

  declare app: App;
  declare own: OwnWorld;
  /** Under a screen that covers everything, what cannot be seen must not be reached by the keyboard. */
  declare questionsOnly: boolean;

  constructor() {
    super();
    this.questionsOnly = false;
  }

  protected override render(): TemplateResult {
    const { app } = this;
    const { adapter, questions, simulation } = this.own;
    const standing = html`${
      simulation === null
        ? nothing
        : html`<simulation-banner .app=${app} .adapter=${adapter} .state=${simulation}></simulation-banner>`
    }
      <adapter-standing .adapter=${adapter} .router=${app.router}></adapter-standing>`;
    return html`${this.questionsOnly ? nothing : standing}
      <adapter-question .state=${questions}></adapter-question>
      <adapter-chooser .state=${questions}></adapter-chooser>`;
  }
}

customElements.define("adapter-layer", AdapterLayer);
declare global {
  interface HTMLElementTagNameMap {
    "adapter-layer": AdapterLayer;
  }
}
