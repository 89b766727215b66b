import { LitElement, type TemplateResult, css, html } from "lit";
import type { AddDevice } from "../state/add-device.ts";
import { DEMO_PROFILES, PROFILES } from "../state/profiles.ts";
import { base } from "./base.css.ts";
import { controls } from "./controls.css.ts";
import { Watch } from "./watch.ts";

/** What kind of device: one choice among tiles, radio buttons underneath. */
export class ProfileTiles extends LitElement {
  static override properties = { state: { attribute: false } };
  static override styles = [
    base,
    controls,
    css`
      .tiles {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(14rem, 46%), 1fr));
        gap: var(--space-2);
        margin-top: var(--space-3);
      }
      label {
        position: relative;
        display: grid;
        align-content: center;
        min-height: 4.25rem;
        padding: var(--space-2) var(--space-4);
        border: 2px solid var(--line);
        border-radius: var(--radius);
        background: var(--surface);
        cursor: pointer;
      }
      label:hover {
        border-color: var(--line-strong);
      }
      b {
        font: 700 var(--text-m) / 1.25 var(--font-sign);
      }
      small {
        color: var(--ink-2);
        font-size: var(--text-s);
        line-height: 1.3;
      }
      input {
        position: absolute;
        inset: 0;
        opacity: 0;
      }
      label:has(:checked) {
        border-color: var(--accent);
        background: var(--accent-wash);
        padding-right: 2.5rem;
      }
      label:has(:checked)::after {
        content: "✓";
        position: absolute;
        top: var(--space-2);
        right: var(--space-3);
        color: var(--accent);
        font-weight: 700;
      }
      label:has(:focus-visible) {
        outline: 3px solid var(--accent);
        outline-offset: 3px;
      }
      @media (max-width: 30rem) {
        small {
          display: none;
        }
        label {
          min-height: 3.5rem;
          padding: var(--space-2) var(--space-3);
        }
      }
    `,
  ];

  declare state: AddDevice;
  readonly #chosen = new Watch(
    this,
    () => this.state.view,
    (view) => view.form.profile,
  );

  protected override render(): TemplateResult {
    const demo = this.state.app.ports.backend.capabilities.transport === "demo";
    const profiles = demo ? [...DEMO_PROFILES, ...PROFILES] : PROFILES;
    return html`<fieldset>
      <legend>What kind of device is it?</legend>
      <div class="tiles">
        ${this.#tile(null, "Any device", "Everything in range")}
        ${profiles.map(({ id, name, examples }) => this.#tile(id, name, examples))}
      </div>
    </fieldset>`;
  }

  #tile(id: string | null, name: string, examples: string): TemplateResult {
    return html`<label>
      <input
        type="radio"
        name="profile"
        .checked=${this.#chosen.value === id}
        @change=${() => this.state.edit({ profile: id })}
      />
      <b>${name}</b><small>${examples}</small>
    </label>`;
  }
}

customElements.define("profile-tiles", ProfileTiles);
declare global {
  interface HTMLElementTagNameMap {
    "profile-tiles": ProfileTiles;
  }
}
