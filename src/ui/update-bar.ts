import { LitElement, type TemplateResult, css, html, nothing } from "lit";
import type { Updates } from "../state/updates.ts";
import { base } from "./base.css.ts";
import { controls } from "./controls.css.ts";
import { Watch } from "./watch.ts";

/** Says that a newer version is there. It comes only with a person's yes, and not while a procedure runs. */
export class UpdateBar extends LitElement {
  static override properties = { state: { attribute: false } };
  static override styles = [
    base,
    controls,
    css`
      aside {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--space-3) var(--space-4);
        padding: var(--space-3) var(--space-4);
        border: 2px solid var(--accent);
        border-radius: var(--radius);
        background: var(--accent-wash);
      }
      p {
        flex: 1 1 18rem;
      }
      .row {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2);
      }
    `,
  ];

  declare state: Updates;
  readonly #view = Watch.whole(this, () => this.state.view);

  protected override render(): TemplateResult | typeof nothing {
    const view = this.#view.value;
    switch (view.kind) {
      case "none":
        return nothing;
      case "ready":
        return this.#bar(
          html`<p role="status"><b>${named(view.version)} is ready.</b> Devices and bonds stay as they are.</p>`,
          html`<button class="primary" @click=${() => void this.state.accept()}>Update now</button>
            <button @click=${() => this.state.later()}>Later</button>`,
        );
      case "held":
        return this.#bar(
          html`<p role="status">
            <b>${named(view.version)} waits.</b> A procedure runs, here or in another tab. The update comes when it has
            ended.
          </p>`,
          html`<button @click=${() => this.state.later()}>Not now</button>`,
        );
      case "switching":
        return this.#bar(html`<p role="status">Updating …</p>`, nothing);
      case "elsewhere":
        return this.#bar(
          html`<p role="status"><b>Bondkeeper was updated in another tab.</b> Reload this page to use the new version.</p>`,
          html`<button class="primary" @click=${() => this.state.reload()}>Reload the page</button>`,
        );
    }
  }

  #bar(words: TemplateResult, buttons: TemplateResult | typeof nothing): TemplateResult {
    return html`<aside aria-label="Update">${words}<div class="row">${buttons}</div></aside>`;
  }
}

function named(version: string | null): string {
  return version === null || version === __APP_VERSION__ ? "A newer build" : `Version ${version}`;
}

customElements.define("update-bar", UpdateBar);
declare global {
  interface HTMLElementTagNameMap {
    "update-bar": UpdateBar;
  }
}
