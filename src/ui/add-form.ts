import { LitElement, type TemplateResult, css, html, nothing } from "lit";
import type { AddDevice, AddForm as Form, AddView, ProblemField } from "../state/add-device.ts";
import { shortUuid } from "../state/assigned-numbers.ts";
import type { System } from "../state/platform.ts";
import { profileOf } from "../state/profiles.ts";
import { problemWords } from "./add-words.ts";
import { base } from "./base.css.ts";
import { controls } from "./controls.css.ts";
import { icon } from "./icons.ts";
import { surfaces } from "./surfaces.css.ts";
import { Watch } from "./watch.ts";
import "./failure-note.ts";
import "./profile-tiles.ts";

type TextField = ProblemField;

/** What to look for. Nothing here is needed but the button: everything else narrows the browser's list. */
export class AddForm extends LitElement {
  static override properties = { state: { attribute: false }, system: {} };
  static override styles = [
    base,
    controls,
    surfaces,
    css`
      form {
        display: grid;
        gap: var(--space-6);
      }
      .go {
        position: sticky;
        z-index: 2;
        bottom: calc(var(--bar, 0px) + env(safe-area-inset-bottom));
        display: grid;
        gap: var(--space-2);
        margin: 0 calc(-1 * var(--space-2));
        padding: var(--space-3) var(--space-2);
        background: var(--ground);
      }
      .go button {
        min-height: 3.75rem;
        font-size: var(--text-l);
      }
      .choice {
        display: flex;
        align-items: center;
        gap: var(--space-3);
        min-height: var(--touch);
      }
      summary {
        color: var(--accent);
        font-weight: 600;
      }
      .more {
        display: grid;
        gap: var(--space-5);
        padding: var(--space-3) 0 0;
      }
      .pair {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(16rem, 1fr));
        gap: var(--space-4);
      }
    `,
  ];

  declare state: AddDevice;
  declare system: System;
  readonly #view = Watch.whole(this, () => this.state.view);

  protected override render(): TemplateResult {
    const view = this.#view.value;
    const { form } = view;
    return html`<form novalidate @submit=${(event: SubmitEvent) => this.#submit(event)}>
      <profile-tiles .state=${this.state}></profile-tiles>
      ${this.#announced(form)}
      <details ?open=${view.tried && Object.keys(view.problems).length > 0}>
        <summary>Name, own services, what proves the bond</summary>
        <div class="more">
          ${this.#text(view, "namePrefix", "Name begins with", "Shows only devices whose name starts so, letter by letter.")}
          ${this.#text(
            view,
            "ownServices",
            "Services of its own",
            "UUIDs the page may use besides: 16 bits (180D), 32 bits or 128 bits, separated by spaces or commas. A page can only see services it named here.",
          )}
          ${this.#probe(view)}
        </div>
      </details>
      <div class="go">
        ${view.failure === null ? nothing : html`<failure-note .failure=${view.failure} .system=${this.system}></failure-note>`}
        <button class="primary" type="submit">${icon("search")} Choose the device</button>
      </div>
      <p class="small quiet">
        Your browser opens its list. The device may ask to pair; Bondkeeper then proves that it worked.
      </p>
    </form>`;
  }

  #announced(form: Form): TemplateResult | typeof nothing {
    const profile = profileOf(form.profile);
    if (profile === undefined) return nothing;
    const services = profile.services.map(shortUuid).join(", ");
    const choice = (only: boolean, words: string) =>
      html`<label class="choice"
        ><input
          type="radio"
          name="announced"
          .checked=${form.announcedOnly === only}
          @change=${() => this.state.edit({ announcedOnly: only })}
        />
        <span>${words}</span></label
      >`;
    return html`<fieldset>
      <legend>Show</legend>
      ${choice(true, "only devices that announce it")} ${choice(false, "every device in range")}
      <p class="small quiet">
        ${profile.name} is <span class="code">${services}</span>. Some devices have it without announcing it: then show
        every device.
      </p>
    </fieldset>`;
  }

  #probe(view: AddView): TemplateResult {
    const own = profileOf(view.form.profile)?.probe;
    return html`<fieldset class="stack">
      <legend>What proves the bond</legend>
      <p class="quiet">
        ${
          own === undefined || own === null
            ? html`A bond is proven by reading something the device only gives to a paired host. If you know such a
              characteristic, name it. If not, leave this empty: Bondkeeper notices one by itself when the device
              refuses it first, or you pick one later.`
            : html`${profileOf(view.form.profile)?.name} has a known protected characteristic, which will be used. You can name
              another.`
        }
      </p>
      <div class="pair">
        ${this.#text(view, "probeService", "Service UUID", "")}
        ${this.#text(view, "probeCharacteristic", "Characteristic UUID", "It must be readable.")}
      </div>
    </fieldset>`;
  }

  #text({ form, problems, tried }: AddView, field: TextField, label: string, hint: string): TemplateResult {
    const problem = tried ? problems[field] : undefined;
    const described = [
      hint === "" ? "" : `${field}-hint`,
      problem === undefined ? "" : `${field}-error`,
    ].join(" ");
    return html`<div class="field">
      <label for=${field}>${label}</label>
      <input
        id=${field}
        autocomplete="off"
        autocapitalize="off"
        spellcheck="false"
        aria-describedby=${described.trim() || nothing}
        aria-invalid=${problem === undefined ? "false" : "true"}
        .value=${form[field]}
        @input=${(event: InputEvent) => this.#edit(event, field)}
      />
      ${hint === "" ? nothing : html`<p class="hint" id="${field}-hint">${hint}</p>`}
      ${problem === undefined ? nothing : html`<p class="error" id="${field}-error">${problemWords(problem)}</p>`}
    </div>`;
  }

  #edit(event: InputEvent, field: TextField): void {
    if (event.target instanceof HTMLInputElement) this.state.edit({ [field]: event.target.value });
  }

  #submit(event: SubmitEvent): void {
    event.preventDefault();
    void this.state.choose();
    void this.updateComplete.then(() => {
      this.renderRoot.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
    });
  }
}

customElements.define("add-form", AddForm);
declare global {
  interface HTMLElementTagNameMap {
    "add-form": AddForm;
  }
}
