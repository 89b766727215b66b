import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { askSecret, askYesNo, isAnswering } from "../../../src/cli/terminal.ts";

class Screen {
  readonly input = Object.assign(new PassThrough(), {
    isTTY: true,
    raw: [] as boolean[],
    setRawMode(mode: boolean) {
      this.raw.push(mode);
      return this;
    },
  });
  readonly output = Object.assign(new PassThrough(), { isTTY: true });
  interrupted = 0;
  readonly #stop = new AbortController();

  get shown(): string {
    return String(this.output.read() ?? "");
  }

  secret(): Promise<string | null> {
    return askSecret(this, "Code: ", () => this.interrupted++, this.#stop.signal);
  }

  sure(): Promise<boolean> {
    return askYesNo(this, "Sure?", () => this.interrupted++, this.#stop.signal);
  }

  stop(): void {
    this.#stop.abort(new Error("the link is gone"));
  }
}

test("a secret is shown as dots and handed over at the end of the line", async () => {
  const screen = new Screen();
  const answer = screen.secret();
  screen.input.write("12");
  screen.input.write("34\u007f56\r");
  assert.equal(await answer, "12356");
  assert.equal(screen.shown, "Code: ••••\b \b••\n");
  assert.deepEqual(screen.input.raw, [true, false]);
});

test("the terminal shows nothing by itself any more when the question comes: whoever sees it may type at once", async () => {
  const screen = new Screen();
  const raw: unknown[] = [];
  const write = screen.output.write.bind(screen.output);
  screen.output.write = (text: unknown) => {
    if (text === "Code: ") raw.push(screen.input.raw.at(-1));
    return write(text);
  };
  const answer = screen.secret();
  screen.input.write("1\r");
  assert.equal(await answer, "1");
  assert.deepEqual(raw, [true]);
});

test("Control-C interrupts, Control-D and the end of the input are no answer", async () => {
  const screen = new Screen();
  const answer = screen.secret();
  screen.input.write("12\u0003");
  screen.input.write("\u0004");
  assert.equal(await answer, null);
  assert.equal(screen.interrupted, 1);
  const ended = screen.secret();
  screen.input.end();
  assert.equal(await ended, null);
});

test("a question dies with what it was about, and the terminal is as it was", async () => {
  const screen = new Screen();
  const answer = screen.secret();
  screen.stop();
  await assert.rejects(answer, /the link is gone/);
  assert.deepEqual(screen.input.raw, [true, false]);
  await assert.rejects(screen.secret(), /the link is gone/);
});

test("only a plain yes is yes", async () => {
  for (const [typed, expected] of [
    ["y", true],
    ["YES", true],
    ["", false],
    ["yep", false],
    ["n", false],
  ] as const) {
    const screen = new Screen();
    const answer = screen.sure();
    screen.input.write(`${typed}\n`);
    assert.equal(await answer, expected, typed);
  }
});

test("without a terminal on both sides nobody can answer", () => {
  const screen = new Screen();
  assert.equal(isAnswering(screen), true);
  assert.equal(isAnswering({ input: screen.input, output: new PassThrough() }), false);
  assert.equal(isAnswering({ input: new PassThrough(), output: screen.output }), false);
});
