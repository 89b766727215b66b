import { LitElement, type PropertyValues, type TemplateResult, css, html, nothing } from "lit";
import type { App } from "../state/app.ts";
import type { Simulation } from "../state/adapter/simulation.ts";
import type { Ask, CodeAnswer } from "../state/prompts.ts";
import { base } from "./base.css.ts";
import { controls } from "./controls.css.ts";
import { deviceName } from "./device-name.ts";
import type { CodeUse } from "./pairing/code-dialog.ts";
import { peerAddress } from "./pairing/words.ts";
import { surfaces } from "./surfaces.css.ts";
import { Watch } from "./watch.ts";
import "./chooser-hint.ts";

/** A question the procedure waits for. Stands in the page where the eye already is; nothing is covered. */
export class BondAsk extends LitElement {
  static override properties = {
    app: { attribute: false },
    ask: { attribute: false },
    room: { attribute: false },
  };
  static override styles = [
    base,
    controls,
    surfaces,
    css`
      .note {
        padding: var(--space-5);
      }
      .row {
        margin-block-start: var(--space-4);
      }
    `,
  ];

  declare app: App;
  declare ask: Ask | null;
  /** Devices that are made of code, whose tags are read in the dialog for a code. */
  declare room: Simulation | null;
  readonly #chooser = Watch.whole(this, () => this.app.chooser.view);

  constructor() {
    super();
    this.ask = null;
    this.room = null;
  }

  protected override render(): TemplateResult | typeof nothing {
    const { ask } = this;
    if (this.#chooser.value.kind === "open") return html`<chooser-hint .app=${this.app}></chooser-hint>`;
    switch (ask?.kind) {
      case undefined:
        return nothing;
      case "choose":
        return question(
          html`Choose ${deviceName(ask.device)} again`,
          html`<p>This browser does not remember devices over a restart. Pick the same one in the list that opens.</p>`,
          html`<button class="primary" @click=${ask.choose}>Choose the device</button>`,
        );
      case "identity":
        return question(
          html`Is this ${deviceName(ask.device)}?`,
          html`<p>
            A device that calls itself ${deviceName(ask.peerName)} answered under a new number. It has the same name and
            services, but a name proves nothing.
          </p>`,
          html`<button class="primary" @click=${() => ask.answer(true)}>Yes, the same device</button>
            <button @click=${() => ask.answer(false)}>No, another one</button>`,
        );
      case "elsewhere":
        return question(
          html`Pair ${deviceName(ask.device)} with this dongle as well?`,
          html`<p>
              It has a bond with another dongle${ask.dongle === "" ? "" : html`: <bdi>${ask.dongle}</bdi>`}. A device that keeps only a few may give that one up for the new one.
            </p>
            <p>To use the same bond here, plug in the other dongle, or move its identity to this one, under Keys.</p>`,
          html`<button @click=${() => ask.answer(false)}>Do not pair here</button>
            <button class="danger" @click=${() => ask.answer(true)}>Pair here as well</button>`,
          "warn",
        );
      case "repair":
        return question(
          html`Replace the bond with ${deviceName(ask.device)}?`,
          html`<p>
              A device that no longer accepts the bond that worked before was reset, or something imitates it. Go on only
              if you know that it was reset, and it is the one in front of you.
            </p>
            <p>The old record is kept aside until the new bond is proven, and comes back if it is not.</p>
            ${
              ask.code === null
                ? nothing
                : html`<p>
                    Where the device has a code on an NFC tag or a label, replace the bond with that: then nothing else
                    can pass for the device, and nobody can stand in between.
                  </p>`
            }`,
          html`<button @click=${() => ask.answer(false)}>Keep the old bond</button>
            <button class="danger" @click=${() => ask.answer(true)}>It was reset: replace it</button>
            ${ask.code === null ? nothing : this.#withCode(ask.device, ask.code)}`,
          "warn",
        );
      case "unstored":
        return question(
          html`Pair although the bond cannot be stored?`,
          html`<p>
              ${
                ask.why === "vault-locked"
                  ? "The vault is locked, so the new key cannot be kept. You can open the vault first, and pair then."
                  : "The browser stores nothing more for this page: there may be no room left. You can free space first, and pair then."
              }
            </p>
            <p>The bond would work until this page is closed. The device may believe in it for longer.</p>`,
          html`<button @click=${() => ask.answer(false)}>Do not pair now</button>
            <button class="danger" @click=${() => ask.answer(true)}>Pair for this page only</button>`,
          "warn",
        );
    }
  }

  #withCode(device: string, code: CodeAnswer): TemplateResult {
    const use: CodeUse = {
      title: "Replace the bond with a code from another channel",
      yes: "Replace it with this code",
      no: "Back to the question",
      address: code.bonded === null ? "" : peerAddress(code.bonded),
      take: (text) => code.answer(text),
    };
    return html`<button @click=${() => void this.#askForCode()}>Replace it with a code from another channel …</button>
      <code-dialog .device=${device} .use=${use} .room=${this.room}></code-dialog>`;
  }

  async #askForCode(): Promise<void> {
    await import("./pairing/code-dialog.ts");
    await this.renderRoot.querySelector("code-dialog")?.ask();
  }

  /** The question takes the focus, so that a keyboard or a screen reader is where the answer is wanted. */
  protected override updated(changed: PropertyValues<this>): void {
    if (!changed.has("ask") || this.ask === null) return;
    this.renderRoot.querySelector<HTMLElement>("h3")?.focus({ preventScroll: true });
    // With its answers: on a phone a bar covers the end of the page.
    this.renderRoot.querySelector(".note")?.scrollIntoView({ block: "nearest" });
  }
}

function question(
  title: TemplateResult,
  body: TemplateResult,
  answers: TemplateResult,
  tone = "",
): TemplateResult {
  return html`<div class="note ${tone}" role="group" aria-labelledby="q">
    <h3 id="q" tabindex="-1">${title}</h3>
    ${body}
    <p class="row">${answers}</p>
  </div>`;
}

customElements.define("bond-ask", BondAsk);
declare global {
  interface HTMLElementTagNameMap {
    "bond-ask": BondAsk;
  }
}
