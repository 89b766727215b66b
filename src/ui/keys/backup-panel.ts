import { LitElement, type TemplateResult, css, html, nothing } from "lit";
import type { BackupAge, BackupScreen, BackupView } from "../../state/keys/backup.ts";
import type { BackupProblem } from "../../formats/backup/problem.ts";
import { age, exactTime } from "../age.ts";
import { base } from "../base.css.ts";
import { controls } from "../controls.css.ts";
import { cards } from "../page.css.ts";
import { icon } from "../icons.ts";
import { surfaces } from "../surfaces.css.ts";
import { Watch } from "../watch.ts";
import type { PassphraseChoice } from "./passphrase-form.ts";
import { vaultProblemWords } from "./vault-words.ts";
import "./passphrase-form.ts";

/** One encrypted file with everything: written here, restored on another machine. */
export class BackupPanel extends LitElement {
  static override properties = { state: { attribute: false }, now: { attribute: false } };
  static override styles = [
    base,
    controls,
    surfaces,
    cards,
    css`
      form {
        display: grid;
        gap: var(--space-3);
        justify-items: start;
        width: 100%;
      }
      .field {
        max-width: 26rem;
      }
      label.check {
        display: flex;
        gap: var(--space-3);
        align-items: start;
      }
      .check .hint {
        display: block;
        color: var(--ink-2);
        font-size: var(--text-s);
      }
      #pick {
        position: absolute;
        opacity: 0;
        width: 1px;
        height: 1px;
      }
      #pick:focus-visible + label {
        outline: 3px solid var(--accent);
        outline-offset: 3px;
      }
    `,
  ];

  declare state: BackupScreen;
  /** Milliseconds since 1970. */
  declare now: number;
  readonly #view = Watch.whole(this, () => this.state.view);
  readonly #age = Watch.whole(this, () => this.state.age);

  protected override render(): TemplateResult {
    return html`<section class="card" aria-labelledby="title">
      <h2 id="title">Backup</h2>
      ${this.#reminder(this.#age.value)} ${this.#step(this.#view.value)}
    </section>`;
  }

  #reminder(known: BackupAge | null): TemplateResult | typeof nothing {
    switch (known?.kind) {
      case undefined:
        return nothing;
      case "none":
        return html`<div class="note warn"><p><b>There is no backup.</b> If this browser loses its data, every bond here has to be made anew.</p></div>`;
      case "old":
        return html`<div class="note warn"><p><b>The backup is old.</b> It was written ${age(known.at, this.now)}, and does not have everything, or a month has passed.</p></div>`;
      case "good":
        return html`<p class="quiet">✓ Last written ${age(known.at, this.now)}.</p>`;
    }
  }

  #step(view: BackupView): TemplateResult {
    switch (view.step) {
      case "working":
        return html`<p role="status">${WORKING[view.what]}</p>`;
      case "closed":
        return this.#closed(view);
      case "preview":
        return this.#preview(view);
      case "refused":
        return html`<div class="note bad" role="alert"><h3><bdi>${view.name}</bdi> was not restored</h3><p>${problemWords(view.problem)}</p><p>Nothing was changed.</p></div>
          ${this.#doors()}`;
      case "failed": {
        const { what, advice } = vaultProblemWords(view.problem);
        return html`<div class="note bad" role="alert"><h3>${what}</h3><p>${advice}</p></div>${this.#doors()}`;
      }
      case "idle":
        return this.#doors();
    }
  }

  #doors(): TemplateResult {
    return html`<p>
        One encrypted file: bonds with their keys, who we are on each adapter, records, names and settings. It opens with
        its passphrase and nothing else, on any machine.
      </p>
      <passphrase-form
        .least=${this.state.leastPassphrase}
        .buttons=${[["write", html`${icon("download")} Write a backup`]]}
        @chosen=${(event: CustomEvent<PassphraseChoice>) => void this.state.write(event.detail.passphrase)}
      ></passphrase-form>
      <div>
        <input id="pick" type="file" accept="application/json,.json" @change=${(event: Event) => this.#picked(event)} />
        <label class="button" for="pick">${icon("upload")} Restore from a backup</label>
      </div>`;
  }

  #closed({ name, problem }: Extract<BackupView, { readonly step: "closed" }>): TemplateResult {
    return html`<h3><bdi>${name}</bdi></h3>
      ${problem === null ? nothing : html`<div class="note bad" role="alert"><p>${problemWords(problem)}</p></div>`}
      <form @submit=${(event: SubmitEvent) => void this.#open(event)}>
        <div class="field">
          <label for="open">Its passphrase</label>
          <input id="open" type="password" autocomplete="off" required />
        </div>
        <p class="row">
          <button class="primary" type="submit">Look what is in it</button>
          <button type="button" @click=${() => this.state.close()}>Cancel</button>
        </p>
      </form>`;
  }

  #preview({
    name,
    createdAt,
    contents,
    records,
    settings,
  }: Extract<BackupView, { readonly step: "preview" }>): TemplateResult {
    const { bonds, adapters, identities } = contents;
    return html`<h3><bdi>${name}</bdi></h3>
      <dl class="facts">
        <dt>Written</dt>
        <dd>${exactTime(createdAt)}</dd>
        <dt>Keys of bonds</dt>
        <dd>${bonds.length}</dd>
        <dt>Adapters</dt>
        <dd>${adapters.length === 0 ? "none" : adapters.map(({ label }) => label).join(", ")}</dd>
        <dt>Identities</dt>
        <dd>${identities.length}</dd>
        <dt>Records of devices</dt>
        <dd>${records}</dd>
      </dl>
      ${
        settings === null
          ? nothing
          : html`<label class="check">
              <input id="settings" type="checkbox" />
              <span>Take over its settings, too
                <span class="hint">${THEMES[settings.theme]}, attribute tables kept for ${settings.cacheDays === 1 ? "1 day" : `${settings.cacheDays} days`}. Who may ask for a bond is in no backup.</span></span>
            </label>`
      }
      <p>What is here stays: a bond that differs is kept beside yours. Use the bonds on one machine at a time.</p>
      <p class="row">
        <button class="primary" @click=${() => void this.#restore()}>Restore</button>
        <button @click=${() => this.state.close()}>Cancel</button>
      </p>`;
  }

  async #restore(): Promise<void> {
    const settings = this.renderRoot.querySelector<HTMLInputElement>("#settings")?.checked === true;
    await this.state.restore({ settings });
  }

  async #open(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    await this.state.open(this.#input("open").value);
  }

  #picked({ target }: Event): void {
    if (!(target instanceof HTMLInputElement)) return;
    const file = target.files?.[0];
    target.value = "";
    if (file !== undefined) void this.state.pick(file);
  }

  #input(id: string): HTMLInputElement {
    const input = this.renderRoot.querySelector<HTMLInputElement>(`#${id}`);
    if (input === null) throw new Error(`Cannot read the form: it has no ${id}`);
    return input;
  }
}

const THEMES = {
  system: "Colours as the system has them",
  light: "Light colours",
  dark: "Dark colours",
} as const;

const WORKING = { write: "Writing …", open: "Opening …", restore: "Restoring …" } as const;

function problemWords(problem: BackupProblem): string {
  switch (problem.kind) {
    case "not-a-backup":
      return "This is no backup of Bondkeeper. Keys of other programs come in above; records under Settings.";
    case "too-large":
      return `It is too large: ${problem.octets} octets.`;
    case "newer":
      return `A newer Bondkeeper wrote it (version ${problem.version} of the format). Update this one first.`;
    case "damaged":
      return `It is damaged: ${problem.detail}. Look for another copy.`;
    case "does-not-open":
      return "It does not open. The passphrase is not the one it was written with, or the file was changed since.";
    case "misfit":
      return `What is in it does not fit: ${problem.detail}.`;
  }
}

customElements.define("backup-panel", BackupPanel);
declare global {
  interface HTMLElementTagNameMap {
    "backup-panel": BackupPanel;
  }
}
