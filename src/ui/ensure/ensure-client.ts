import { LitElement, type TemplateResult, css, html, nothing } from "lit";
import type { ClientHost } from "../../state/ensure/client.ts";
import type { OpenRequest, Session } from "../../state/ensure/session.ts";
import { CLIENT_RUN } from "../../state/ensure/work.ts";
import { base } from "../base.css.ts";
import { controls } from "../controls.css.ts";
import { deviceName } from "../device-name.ts";
import { surfaces } from "../surfaces.css.ts";
import { Watch } from "../watch.ts";
import "../add-form.ts";
import "../bond-progress.ts";
import "../chooser-hint.ts";

const ASKS: Readonly<
  Record<OpenRequest["request"]["kind"], { readonly words: string; readonly yes: string }>
> = {
  pair: { words: "It wants a working bond, and the device paired where it is not.", yes: "Pair" },
  unpair: {
    words: "It wants the bond removed. You can bring it back from the device’s page.",
    yes: "Remove the bond",
  },
  "clear-cache": { words: "It wants the stored attribute table cleared.", yes: "Clear" },
  status: { words: "It wants to know the state of a bond.", yes: "Tell" },
};

/** The page that opened this window: may it send messages, and what does it want now. */
export class EnsureClient extends LitElement {
  static override properties = { host: { attribute: false } };
  static override styles = [
    base,
    controls,
    surfaces,
    css`
      :host {
        display: grid;
        gap: var(--space-5);
      }
      h2 {
        overflow-wrap: anywhere;
      }
    `,
  ];

  declare host: ClientHost;
  readonly #door = Watch.whole(this, () => this.host.door.view);
  readonly #session = Watch.whole(this, () => this.host.session);
  readonly #choosing = Watch.whole(this, () => this.host.work.choosing);
  readonly #run = Watch.whole(this, () => this.host.app.procedures.of(CLIENT_RUN).view);
  readonly #chooser = Watch.whole(this, () => this.host.app.chooser.view);

  protected override render(): TemplateResult {
    const door = this.#door.value;
    const { origin } = this.host;
    switch (door.kind) {
      case "waiting":
        return html`<p class="quiet" role="status">Waiting for ${origin} …</p>`;
      case "no-opener":
        return html`<div class="note warn">
          <p>No page opened this window, so nobody can send messages to it. Open it from ${origin} again.</p>
        </div>`;
      case "asking":
        return html`<section class="card" aria-labelledby="t">
          <h2 id="t">May ${origin} send messages?</h2>
          <p>
            It may then ask for the state of bonds and clear stored attribute tables. To pair or to remove a bond it has to
            ask, and you confirm each time here. It never sees a key. You can take this back under Settings.
          </p>
          <p class="row">
            <button class="primary" @click=${() => void this.host.door.allow()}>Allow</button>
            <button @click=${() => this.host.door.refuse()}>Do not allow</button>
          </p>
        </section>`;
      case "refused":
      case "closed":
        return html`<p role="status">${origin} may not send messages. You can close this window.</p>`;
      case "open":
        return this.#open();
    }
  }

  #open(): TemplateResult {
    const { app, origin, work } = this.host;
    const session = this.#session.value;
    const add = this.#choosing.value;
    return html`<p role="status">${origin} is connected. It works as long as this window is open.</p>
      ${session === null ? nothing : html`<ensure-requests .session=${session}></ensure-requests>`}
      ${
        add === null
          ? nothing
          : this.#chooser.value.kind === "open"
            ? html`<chooser-hint .app=${app}></chooser-hint>
                <p class="row"><button @click=${() => work.choosing.value?.cancelChoice()}>Cancel</button></p>`
            : html`<h2>Which device is it?</h2>
                <add-form .state=${add} .system=${app.environment.surroundings.platform.system}></add-form>`
      }
      ${
        this.#run.value.step === "idle"
          ? nothing
          : html`<bond-progress .app=${app} .procedure=${app.procedures.of(CLIENT_RUN)}></bond-progress>`
      }`;
  }
}

/** What waits for a click. */
export class EnsureRequests extends LitElement {
  static override properties = { session: { attribute: false } };
  static override styles = [base, controls, surfaces];

  declare session: Session;
  readonly #view = Watch.whole(this, () => this.session.view);

  protected override render(): TemplateResult {
    const open = this.#view.value.filter(({ state }) => state === "waiting");
    return html`<div aria-live="polite">${open.map((entry) => this.#request(entry))}</div>`;
  }

  #request({ request }: OpenRequest): TemplateResult {
    const { words, yes } = ASKS[request.kind];
    const danger = request.kind === "unpair" || (request.kind === "pair" && request.replace);
    return html`<section class="card" aria-label="Request ${request.id}">
      <h2>${deviceName(request.device ?? "")}</h2>
      <p>${words}</p>
      ${
        request.kind === "pair" && request.replace
          ? html`<p>The bond it has is to be replaced: only if you know that the device was reset.</p>`
          : nothing
      }
      <p class="row">
        <button class=${danger ? "danger" : "primary"} @click=${() => this.session.confirm(request.id)}>${yes}</button>
        <button @click=${() => this.session.deny(request.id)}>No</button>
      </p>
    </section>`;
  }
}

customElements.define("ensure-client", EnsureClient);
customElements.define("ensure-requests", EnsureRequests);
declare global {
  interface HTMLElementTagNameMap {
    "ensure-client": EnsureClient;
    "ensure-requests": EnsureRequests;
  }
}
