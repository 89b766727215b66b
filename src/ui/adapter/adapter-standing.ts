import { LitElement, type TemplateResult, css, html, nothing } from "lit";
import type { OwnAdapter, Standing } from "../../state/adapter/panel.ts";
import { hrefOf, type Router } from "../../state/router.ts";
import { base } from "../base.css.ts";
import { controls } from "../controls.css.ts";
import { surfaces } from "../surfaces.css.ts";
import { Watch } from "../watch.ts";
import { lostWords } from "./adapter-words.ts";

/** Says why the adapter cannot be used now, and offers the way back. Nothing while it can. */
export class AdapterStanding extends LitElement {
  static override properties = { adapter: { attribute: false }, router: { attribute: false } };
  static override styles = [
    base,
    controls,
    surfaces,
    css`
      .note,
      p.quiet {
        margin-top: var(--space-4);
      }
      .note .row {
        margin-top: var(--space-2);
      }
    `,
  ];

  declare adapter: OwnAdapter;
  declare router: Router;
  readonly #standing = Watch.whole(this, () => this.adapter.standing);
  readonly #route = Watch.whole(this, () => this.router.route);

  protected override render(): TemplateResult | typeof nothing {
    const standing = this.#standing.value;
    switch (standing.kind) {
      case "starting":
        return html`<p class="quiet" role="status">Bringing up the adapter …</p>`;
      case "ready":
        return nothing;
      case "ejected":
        return html`<div class="note" role="status">
          <h2>The adapter is let go</h2>
          <p>You can pull it out. Bonds stay where they are.</p>
          <p class="row"><button class="primary" @click=${() => void this.adapter.open()}>Use it again</button></p>
        </div>`;
      case "held":
        return this.#held(standing.owner);
      case "lost":
        return this.#lost(standing);
    }
  }

  #held(owner: string | null): TemplateResult {
    return html`<div class="note warn" role="status">
      <h2>Another tab has the adapter</h2>
      <p>${owner === null ? "It did not say which one." : `It is ${owner}.`} One adapter works for one tab at a time.</p>
      <p class="row">
        <button class="primary" @click=${() => void this.adapter.takeOver()}>Take it over</button>
        <button @click=${() => void this.adapter.open()}>Try again</button>
      </p>
      <p class="quiet small">Connections of the other tab end. Its bonds are the same as here.</p>
    </div>`;
  }

  #lost({ failure }: Extract<Standing, { readonly kind: "lost" }>): TemplateResult {
    const { adapter } = this;
    const { what, advice } = lostWords(failure, adapter.kind);
    const { grant } = adapter;
    return html`<div class="note bad" role="status">
      <h2>${what}</h2>
      <p>${advice}</p>
      <p class="row">
        ${
          failure.kind === "vault-locked"
            ? html`<a class="button primary" href=${hrefOf({ screen: "keys" })}>To the vault</a>`
            : nothing
        }
        ${grant === null ? nothing : html`<button class="primary" @click=${() => void grant()}>Choose the dongle</button>`}
        <button @click=${() => void adapter.open()}>Try again</button>
        ${this.#route.value.screen === "adapter" ? nothing : html`<a class="button" href=${hrefOf({ screen: "adapter" })}>About the adapter</a>`}
      </p>
    </div>`;
  }
}

customElements.define("adapter-standing", AdapterStanding);
declare global {
  interface HTMLElementTagNameMap {
    "adapter-standing": AdapterStanding;
  }
}
