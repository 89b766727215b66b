import { LitElement, type TemplateResult, css, html, nothing } from "lit";
import type { BackupFile, BackupFileView } from "../../state/keys/backup-file.ts";
import { age, exactTime } from "../age.ts";
import { base } from "../base.css.ts";
import { controls } from "../controls.css.ts";
import { cards } from "../page.css.ts";
import { surfaces } from "../surfaces.css.ts";
import { Watch } from "../watch.ts";
import { fileProblemWords, standingWords } from "./backup-file-words.ts";
import type { PassphraseChoice } from "./passphrase-form.ts";
import { vaultProblemWords } from "./vault-words.ts";
import "./passphrase-form.ts";

type Kept = Extract<BackupFileView, { readonly kind: "kept" }>;

/** One file that the backup is kept in: chosen once, then written by itself. */
export class BackupFilePanel extends LitElement {
  static override properties = { state: { attribute: false }, now: { attribute: false } };
  static override styles = [
    base,
    controls,
    surfaces,
    cards,
    css`
      .facts {
        width: 100%;
      }
      .good {
        color: var(--proven);
        font-weight: 700;
      }
      details {
        width: 100%;
      }
      details > * + * {
        margin-top: var(--space-3);
      }
    `,
  ];

  declare state: BackupFile;
  /** Milliseconds since 1970. */
  declare now: number;
  readonly #view = Watch.whole(this, () => this.state.view);
  readonly #setUp = Watch.whole(this, () => this.state.setUp);

  protected override render(): TemplateResult {
    return html`<section class="card" aria-labelledby="title">
      <h2 id="title">Backup file that keeps itself up to date</h2>
      ${this.#body(this.#view.value)}
    </section>`;
  }

  #body(view: BackupFileView): TemplateResult {
    switch (view.kind) {
      case "loading":
        return html`<p role="status">Looking …</p>`;
      case "unavailable":
        return html`<p>
          This browser does not let a page write into a file by itself; Chrome and Edge on a computer do. Write a backup above
          from time to time: you are reminded when it gets old.
        </p>`;
      case "unreadable": {
        const { what, advice } = vaultProblemWords(view.problem);
        return html`<div class="note bad" role="alert"><h3>${what}</h3><p>${advice}</p></div>
          <button @click=${() => void this.state.stop()}>Forget the file</button>`;
      }
      case "off":
        return this.#off(view.left);
      case "kept":
        return this.#kept(view);
    }
  }

  #off(left: string | null): TemplateResult {
    return html`${left === null ? nothing : html`<div class="note"><p><b><bdi>${left}</bdi> is no longer kept up to date.</b> It stays where it is, and opens with its passphrase.</p></div>`}
      <p>
        Choose a file once, on a stick or in a folder that is copied elsewhere. From then on every change to a bond is written
        into it by itself: the same encrypted backup as above, always as a whole, and read back each time.
      </p>
      ${this.#problem()}
      ${this.#form([["another-file", "Choose the file …"]])}
      <p class="quiet small">
        The page keeps the key of the file in the vault, so that it can write without you. It does not keep the passphrase: you
        need that to open the file elsewhere.
      </p>`;
  }

  #kept({ name, written, standing }: Kept): TemplateResult {
    const { tone, what, advice } = standingWords(standing);
    const { kind } = standing;
    return html`<dl class="facts">
        <dt>File</dt>
        <dd><bdi>${name}</bdi></dd>
        <dt>Last written</dt>
        <dd title=${exactTime(written.at)}>${age(written.at, this.now)}, ${contentWords(written.bonds)}</dd>
      </dl>
      <div role="status" class=${tone === "warn" || tone === "bad" ? `note ${tone}` : ""}>
        <p class=${tone === "good" ? "good" : ""}><b>${what}</b></p>
        ${advice === "" ? nothing : html`<p class=${tone === "good" ? "quiet small" : ""}>${advice}</p>`}
      </div>
      <p class="row">
        ${
          kind === "permission"
            ? html`<button class="primary" @click=${() => void this.state.allow()}>Allow writing …</button>`
            : html`<button ?disabled=${kind === "writing"} @click=${() => void this.state.writeNow()}>Write it now</button>`
        }
        <button @click=${() => void this.state.stop()}>Stop keeping it</button>
      </p>
      ${this.#problem()}
      <details>
        <summary>Another passphrase, or another file</summary>
        <p>
          What was written until now still opens with the passphrase of its time. Copies of the file, too.
        </p>
        ${this.#form([
          ["this-file", "Use it for this file"],
          ["another-file", "Choose another file …"],
        ])}
      </details>`;
  }

  #form(buttons: readonly (readonly [string, string])[]): TemplateResult {
    const { kind } = this.#setUp.value;
    return html`<passphrase-form
        .least=${this.state.leastPassphrase}
        .buttons=${buttons}
        ?busy=${kind === "choosing" || kind === "writing"}
        @chosen=${(event: CustomEvent<PassphraseChoice>) => void this.#keep(event.detail)}
      ></passphrase-form>
      ${kind === "writing" ? html`<p role="status">Writing the file and reading it back …</p>` : nothing}`;
  }

  #problem(): TemplateResult | typeof nothing {
    const { value } = this.#setUp;
    if (value.kind !== "failed") return nothing;
    const { what, advice } = fileProblemWords(value.problem);
    return html`<div class="note bad" role="alert"><h3>${what}</h3><p>${advice}</p></div>`;
  }

  async #keep({ passphrase, name }: PassphraseChoice): Promise<void> {
    if (!(await this.state.keep(passphrase, name === "this-file" ? "this-file" : "another-file"))) return;
    const details = this.renderRoot.querySelector("details");
    if (details !== null) details.open = false;
  }
}

/** `keys`: how many are in the file. */
function contentWords(keys: number): string {
  if (keys === 0) return "without any bond";
  return keys === 1 ? "with 1 key of bonds" : `with ${keys} keys of bonds`;
}

customElements.define("backup-file-panel", BackupFilePanel);
declare global {
  interface HTMLElementTagNameMap {
    "backup-file-panel": BackupFilePanel;
  }
}
