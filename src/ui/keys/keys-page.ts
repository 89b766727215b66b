import { LitElement, type TemplateResult, html } from "lit";
import type { KeysScreen } from "../../state/keys/screen.ts";
import { base } from "../base.css.ts";
import { column } from "../page.css.ts";
import "./backup-file-panel.ts";
import "./backup-panel.ts";
import "./key-export-panel.ts";
import "./key-import-panel.ts";
import "./key-list.ts";
import "./vault-panel.ts";

/** The keys of bonds: what guards them, and every bond that has some. */
export class KeysPage extends LitElement {
  static override properties = { state: { attribute: false } };
  static override styles = [base, column];

  declare state: KeysScreen;

  protected override render(): TemplateResult {
    return html`<h1 tabindex="-1">Keys</h1>
      <vault-panel .state=${this.state.vault}></vault-panel>
      <key-list .state=${this.state.list}></key-list>
      <backup-panel .state=${this.state.backup} .now=${this.state.app.now.value}></backup-panel>
      <backup-file-panel .state=${this.state.file} .now=${this.state.app.now.value}></backup-file-panel>
      <key-import-panel .state=${this.state.import}></key-import-panel>
      <key-export-panel .state=${this.state.export} .list=${this.state.list}></key-export-panel>`;
  }
}

customElements.define("keys-page", KeysPage);
declare global {
  interface HTMLElementTagNameMap {
    "keys-page": KeysPage;
  }
}
