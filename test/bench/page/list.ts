/** Ten thousand rows of which a thousand change each second, drawn in four ways. */
import "@lit-labs/virtualizer";
import { html, LitElement, render, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { RowWindow } from "../../../src/ui/row-window.ts";
import type { Contest, Rival } from "../harness.ts";
import { stopwatch } from "../harness.ts";

const ROWS = 10_000;
/** A thousand a second, at sixty frames a second. */
const UPDATES = Math.round(1000 / 60);
const FRAMES = 20;
const ROW_PX = 40;

interface Row {
  readonly id: number;
  readonly name: string;
  readonly signal: number;
}

const rows: Row[] = Array.from({ length: ROWS }, (_, id) => ({ id, name: `Device ${id}`, signal: -60 }));
let turn = 0;

/** The rows that change are spread over the list, the ones that can be seen among them. */
function change(): void {
  for (let i = 0; i < UPDATES; i++) {
    turn++;
    const at = i % 4 === 0 ? turn % 20 : (turn * 7919) % ROWS;
    rows[at] = { id: at, name: `Device ${at}`, signal: -40 - (turn % 50) };
  }
}

const cells = ({ name, signal }: Row): TemplateResult => html`<b>${name}</b> <span>${signal} dBm</span>`;

class WindowList extends LitElement {
  readonly #window = new RowWindow(this, () => this.renderRoot.querySelector<HTMLElement>("ul"));

  protected override render(): TemplateResult {
    const shown = this.#window.indexes(ROWS, -1);
    return html`<ul style="position: relative; padding: 0; list-style: none" data-count=${ROWS}>
      ${repeat(
        shown,
        (index) => index,
        (index) => {
          const row = rows[index];
          return row && html`<li data-index=${index} style="height: ${ROW_PX}px">${cells(row)}</li>`;
        },
      )}
    </ul>`;
  }
}
customElements.define("window-list", WindowList);

interface Drawing {
  draw(): void;
}

function windowed(place: HTMLElement): Drawing {
  const list = new WindowList();
  place.append(list);
  return {
    draw: () => list.requestUpdate(),
  };
}

/** Only what changed is touched: the best that can be done with every row in the document. */
function everyRow(place: HTMLElement): Drawing {
  const draw = (): void =>
    void render(
      html`<ul>${rows.map((row) => html`<li style="height: ${ROW_PX}px">${cells(row)}</li>`)}</ul>`,
      place,
    );
  draw();
  return { draw };
}

function virtualizer(place: HTMLElement): Drawing {
  const draw = (): void =>
    void render(
      html`<lit-virtualizer
        .items=${[...rows]}
        .renderItem=${(row: Row) => html`<div style="height: ${ROW_PX}px">${cells(row)}</div>`}
      ></lit-virtualizer>`,
      place,
    );
  draw();
  return { draw };
}

function canvas(place: HTMLElement): Drawing {
  const sheet = document.createElement("canvas");
  sheet.width = innerWidth;
  sheet.height = innerHeight;
  place.append(sheet);
  const context = sheet.getContext("2d");
  if (context === null) throw new Error("Cannot draw: there is no canvas");
  context.font = "16px sans-serif";
  return {
    draw() {
      context.clearRect(0, 0, sheet.width, sheet.height);
      for (let i = 0; i * ROW_PX < sheet.height; i++) {
        const row = rows[i];
        if (row === undefined) continue;
        context.fillText(row.name, 8, i * ROW_PX + 24);
        context.fillText(`${row.signal} dBm`, 200, i * ROW_PX + 24);
      }
    },
  };
}

/** The next task: what a frame has to do in script, style, layout and painting is done before it. */
function drawn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener("message", () => resolve());
    port1.start();
    port2.postMessage(null);
  });
}

const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));

function rival(name: string, open: (place: HTMLElement) => Drawing, goal?: number): Rival {
  return {
    name,
    ...(goal !== undefined && { goal }),
    async sample() {
      const place = document.createElement("main");
      document.body.append(place);
      const drawing = open(place);
      for (let i = 0; i < 3; i++) await frame();
      let spent = 0;
      for (let i = 0; i < FRAMES; i++) {
        await frame();
        const elapsed = stopwatch();
        change();
        drawing.draw();
        await drawn();
        spent += elapsed();
      }
      place.remove();
      await frame();
      return spent / FRAMES;
    },
  };
}

export const list = (): Contest => ({
  name: "device list: 10 000 rows, 1 000 updates a second",
  note: "from the start of a frame to the task after it: script, style, layout and what is drawn; the row window is the product's",
  rivals: [
    rival("row window", windowed),
    rival("every row in the document", everyRow, 0.1),
    rival("canvas", canvas, 2),
    rival("@lit-labs/virtualizer", virtualizer, 1),
  ],
  rounds: 5,
  bestOf: 1,
});
