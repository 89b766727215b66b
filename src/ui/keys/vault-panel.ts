import { LitElement, type TemplateResult, css, html, nothing } from "lit";
import type { VaultAct, VaultScreen } from "../../state/keys/vault.ts";
import type { LockKind } from "../../storage/vault/ports.ts";
import type { Credential } from "../../storage/vault/wraps.ts";
import { base } from "../base.css.ts";
import { controls } from "../controls.css.ts";
import { cards } from "../page.css.ts";
import { surfaces } from "../surfaces.css.ts";
import { Watch } from "../watch.ts";
import { NEVER_PROTECTED, vaultProblemWords, WAYS, waysWords } from "./vault-words.ts";
import type { WayChosen } from "./way-form.ts";
import "./open-form.ts";
import "./vault-erase.ts";
import "./way-form.ts";

/** Minutes; null: never. */
const AUTO_LOCK: readonly (number | null)[] = [1, 5, 15, 60, 240, null];

/** How the vault stands, and the ways into it. */
export class VaultPanel extends LitElement {
  static override properties = { state: { attribute: false }, current: { state: true } };
  static override styles = [
    base,
    controls,
    surfaces,
    cards,
    css`
      way-form,
      open-form,
      details,
      vault-erase {
        width: 100%;
      }
      .stand {
        display: inline-flex;
        align-items: center;
        gap: var(--space-2);
        padding: var(--space-1) var(--space-3);
        border: 2px solid currentcolor;
        border-radius: var(--radius);
        font: 700 var(--text-m) / 1.4 var(--font-sign);
      }
      ul {
        display: grid;
        gap: var(--space-2);
        padding-left: var(--space-5);
      }
    `,
  ];

  declare state: VaultScreen;
  /** What opened the vault just now, while the new way is being chosen; never rendered. */
  declare current: Credential | null;
  readonly #view = Watch.whole(this, () => this.state.view);
  readonly #autoLock = Watch.whole(this, () => this.state.autoLock);
  readonly #act = Watch.whole(this, () => this.state.act);

  constructor() {
    super();
    this.current = null;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.current = null;
    this.state.settle();
  }

  protected override render(): TemplateResult {
    return html`<section class="card" aria-labelledby="title">
      <h2 id="title">Vault</h2>
      ${this.#standing()}
      <details>
        <summary>What no vault protects against</summary>
        <ul>
          ${NEVER_PROTECTED.map((words) => html`<li>${words}</li>`)}
        </ul>
      </details>
      <vault-erase .state=${this.state}></vault-erase>
    </section>`;
  }

  #standing(): TemplateResult {
    const view = this.#view.value;
    switch (view.kind) {
      case "loading":
        return html`<p class="quiet">Looking …</p>`;
      case "unreadable": {
        const { what, advice } = vaultProblemWords(view.problem);
        return html`<div class="note bad" role="alert"><h3>${what}</h3><p>${advice}</p></div>
          <button @click=${() => void this.state.look()}>Try again</button>`;
      }
      case "absent":
        return this.#absent();
      case "lost": {
        const { what, advice } = vaultProblemWords(view);
        return html`<div class="note bad"><h3>${what}</h3><p>${advice}</p></div>`;
      }
      case "locked":
        return this.#locked(view.by);
      case "open":
        return this.#open(view.by);
    }
  }

  #absent(): TemplateResult {
    return html`<p class="stand">□ Not made yet</p>
      <p>
        The keys of bonds made over a dongle are kept here, encrypted. The vault is made with the first key; you can
        choose now how it shall open. With Web Bluetooth the operating system has the keys, and this vault stays empty.
      </p>
      ${this.#failure("create")}
      <way-form
        words="Make the vault"
        .least=${this.state.leastPassphrase}
        ?passkeys=${this.state.passkeys}
        ?busy=${this.#busy("create")}
        @chosen=${(event: WayChosen) => void this.state.create(event.detail)}
      ></way-form>`;
  }

  #locked(by: readonly LockKind[]): TemplateResult {
    return html`<p class="stand">■ Locked</p>
      <p>Names and dates can be seen; keys cannot be used. It opens with ${waysWords(by)}.</p>
      ${this.#failure("unlock")}
      <open-form
        .by=${by}
        ?busy=${this.#busy("unlock")}
        @chosen=${(event: WayChosen) => void this.state.unlock(event.detail)}
      ></open-form>`;
  }

  #open(by: readonly LockKind[]): TemplateResult {
    const ways = by.flatMap((kind) => (kind === "file" ? [] : [WAYS[kind]]));
    const bare = by.includes("device") || by.includes("file");
    return html`<p class="stand">□ Open</p>
      ${ways.map(({ name, opens, protects, not }) => html`<p><strong>${name}.</strong> ${opens} ${protects} ${not}</p>`)}
      ${bare ? nothing : this.#locking()}
      ${this.#failure("change")}
      <details>
        <summary>Change how it opens</summary>
        ${this.#change(by, bare)}
      </details>`;
  }

  #locking(): TemplateResult {
    const minutes = this.#autoLock.value;
    return html`<button class="primary" @click=${() => this.state.lock()}>Lock now</button>
      <div class="field">
        <label for="auto">Locks itself when unused for</label>
        <select id="auto" @change=${(event: Event) => void this.#setAutoLock(event)}>
          ${AUTO_LOCK.map((each) => html`<option value=${each ?? ""} ?selected=${each === minutes}>${each === null ? "never: only when the page closes" : each === 1 ? "1 minute" : `${each} minutes`}</option>`)}
        </select>
      </div>`;
  }

  async #setAutoLock({ target }: Event): Promise<void> {
    if (target instanceof HTMLSelectElement)
      await this.state.setAutoLock(target.value === "" ? null : Number(target.value));
  }

  #change(by: readonly LockKind[], bare: boolean): TemplateResult {
    const { current } = this;
    if (current === null && !bare) {
      return html`<p>First show that you may: open it again.</p>
        <open-form .by=${by} words="Go on" @chosen=${(event: WayChosen) => (this.current = event.detail)}></open-form>`;
    }
    return html`<p>
        The same keys get another lock. No bond is touched, and until the new lock is stored the old one opens the vault.
      </p>
      <way-form
        words="Use this from now on"
        .least=${this.state.leastPassphrase}
        ?passkeys=${this.state.passkeys}
        ?busy=${this.#busy("change")}
        @chosen=${(event: WayChosen) => void this.#changeTo(current ?? { kind: "device" }, event.detail)}
      ></way-form>`;
  }

  async #changeTo(current: Credential, next: Credential): Promise<void> {
    this.current = null;
    await this.state.change(current, next);
  }

  #busy(act: VaultAct): boolean {
    const { value } = this.#act;
    return value.kind === "busy" && value.act === act;
  }

  #failure(act: VaultAct): TemplateResult | typeof nothing {
    const { value } = this.#act;
    if (value.kind !== "failed" || value.act !== act) return nothing;
    const { what, advice } = vaultProblemWords(value.problem);
    return html`<div class="note bad" role="alert"><h3>${what}</h3><p>${advice}</p></div>`;
  }
}

customElements.define("vault-panel", VaultPanel);
declare global {
  interface HTMLElementTagNameMap {
    "vault-panel": VaultPanel;
  }
}
