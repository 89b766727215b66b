import { LitElement, type TemplateResult, css, html, nothing } from "lit";
import { type Activity, IDLE, type Outcome } from "../state/gatt-activity.ts";
import type { DeviceScreen } from "../state/device.ts";
import type { CharacteristicNode } from "../state/gatt-tree.ts";
import type { System } from "../state/platform.ts";
import { type Channel, channelsOf, seriesOf } from "../state/values-series.ts";
import { readings } from "../state/values.ts";
import { base } from "./base.css.ts";
import { controls } from "./controls.css.ts";
import { surfaces } from "./surfaces.css.ts";
import { channelUnit, channelWord, octetsWord } from "./value-words.ts";
import type { WriteRequest } from "./value-write.ts";
import "./failure-note.ts";
import "./live-chart.ts";
import "./value-view.ts";
import "./value-write.ts";

/** Read, write and subscribe on one characteristic, with what came of it. */
export class GattOperations extends LitElement {
  static override properties = {
    node: { attribute: false },
    screen: { attribute: false },
    activity: { attribute: false },
    usable: { type: Boolean },
    channel: { state: true },
  };
  static override styles = [
    base,
    controls,
    surfaces,
    css`
      :host {
        display: grid;
        gap: var(--space-4);
      }
      .channels {
        max-width: 22rem;
      }
    `,
  ];

  declare node: CharacteristicNode;
  declare screen: DeviceScreen;
  declare activity: Activity;
  declare usable: boolean;
  /** Index into the channels of the newest value. */
  declare channel: number;

  constructor() {
    super();
    this.activity = IDLE;
    this.usable = false;
    this.channel = 0;
  }

  protected override render(): TemplateResult {
    const { activity, node } = this;
    return html`
      ${this.usable ? this.#buttons() : html`<p class="quiet">Connect to read or change it.</p>`}
      ${outcome(activity.outcome, this.screen.system)}
      ${activity.last === null ? nothing : this.#value(activity.last)}
      ${activity.notifications.length === 0 ? nothing : this.#chart()}
      ${
        this.usable && (node.can.write || node.can.writeWithoutResponse)
          ? html`<value-write
              .can=${node.can}
              ?busy=${activity.busy === "write"}
              @write-value=${(event: CustomEvent<WriteRequest>) => this.#write(event.detail)}
            ></value-write>`
          : nothing
      }
    `;
  }

  #buttons(): TemplateResult | typeof nothing {
    const { node, activity } = this;
    const { session } = this.screen;
    const { ref, can } = node;
    if (!can.read && !can.subscribe) return nothing;
    const busy = activity.busy !== null;
    return html`<div class="row">
        ${
          can.read
            ? html`<button ?disabled=${busy || activity.subscribed} @click=${() => void session.read(ref)}>
                ${activity.busy === "read" ? "Reading …" : "Read"}
              </button>`
            : nothing
        }
        ${
          can.subscribe
            ? html`<button
                aria-pressed=${activity.subscribed}
                ?disabled=${busy}
                @click=${() => void (activity.subscribed ? session.unsubscribe(ref) : session.subscribe(ref))}
              >
                ${subscribeWord(activity)}
              </button>`
            : nothing
        }
        ${busy ? html`<button class="plain" @click=${() => session.cancel(ref)}>Stop waiting</button>` : nothing}
      </div>
      ${
        can.read && activity.subscribed
          ? html`<p class="small quiet">Reading is off while values arrive: on some systems a read swallows one of them.</p>`
          : nothing
      }`;
  }

  #value(last: NonNullable<Activity["last"]>): TemplateResult {
    return html`<div>
      <p class="small quiet">
        ${last.by === "read" ? "Read" : "Arrived"} at ${new Date(last.at).toLocaleTimeString()}${
          this.activity.count === 0 ? nothing : html`, ${this.activity.count} arrived in all`
        }
      </p>
      <value-view .uuid=${this.node.uuid} .bytes=${last.bytes}></value-view>
    </div>`;
  }

  #chart(): TemplateResult | typeof nothing {
    const { notifications, last } = this.activity;
    if (last === null) return nothing;
    const channels = channelsOf(readings(this.node.uuid, last.bytes));
    const channel = channels[Math.min(this.channel, channels.length - 1)];
    if (channel === undefined) return nothing;
    return html`${channels.length < 2 ? nothing : this.#channels(channels, channel)}
      <live-chart
        .samples=${seriesOf(this.node.uuid, notifications, channel)}
        .name=${channelWord(channel)}
        .unit=${channelUnit(channel)}
      ></live-chart>`;
  }

  #channels(channels: readonly Channel[], chosen: Channel): TemplateResult {
    return html`<div class="field channels">
      <label for="channel">Chart</label>
      <select
        id="channel"
        @change=${(event: Event) => {
          if (event.target instanceof HTMLSelectElement) this.channel = event.target.selectedIndex;
        }}
      >
        ${channels.map(
          (channel) => html`<option ?selected=${channel === chosen}>${channelWord(channel)}</option>`,
        )}
      </select>
    </div>`;
  }

  #write({ bytes, response }: WriteRequest): void {
    void this.screen.session.write(this.node.ref, bytes, response);
  }
}

function subscribeWord({ busy, subscribed }: Activity): string {
  if (busy === "subscribe") return "Subscribing …";
  if (busy === "unsubscribe") return "Stopping …";
  return subscribed ? "Stop the notifications" : "Subscribe";
}

function outcome(result: Outcome | null, system: System): TemplateResult | typeof nothing {
  if (result === null) return nothing;
  if (result.kind === "written") {
    return html`<p role="status">
      ✓ ${octetsWord(result.octets)} written${result.response ? ", and the device confirmed it" : ", without asking the device to confirm"}.
    </p>`;
  }
  if (result.failure.kind === "cancelled") return html`<p role="status" class="quiet">Stopped.</p>`;
  return html`<failure-note .failure=${result.failure} system=${system}></failure-note>`;
}

customElements.define("gatt-operations", GattOperations);
declare global {
  interface HTMLElementTagNameMap {
    "gatt-operations": GattOperations;
  }
}
