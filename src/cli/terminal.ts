/** Asks the person at the terminal. A secret shows as dots, and is never written anywhere. */

export interface Terminal {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean; setRawMode?(mode: boolean): unknown };
  /** Questions go beside the results, which are for programs. */
  readonly output: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/** Whether there is a person who could answer. */
export function isAnswering({ input, output }: Terminal): boolean {
  return input.isTTY === true && output.isTTY === true;
}

const MAX_LENGTH = 1_024;
const INTERRUPT = "\u0003";
const END = "\u0004";

/** What was typed, null for Control-D; rejects with the reason of `signal`, and calls `interrupted` for Control-C. */
export async function askSecret(
  terminal: Terminal,
  question: string,
  interrupted: () => void,
  signal: AbortSignal,
): Promise<string | null> {
  return ask(terminal, question, { shown: () => "•", interrupted, signal });
}

/** "y" or "yes" is yes; everything else is no. */
export async function askYesNo(
  terminal: Terminal,
  question: string,
  interrupted: () => void,
  signal: AbortSignal,
): Promise<boolean> {
  const answer = await ask(terminal, `${question} [y/N] `, { shown: (key) => key, interrupted, signal });
  return /^y(?:es)?$/iu.test(answer?.trim() ?? "");
}

interface Asking {
  /** What a key looks like on the screen. */
  readonly shown: (key: string) => string;
  readonly interrupted: () => void;
  readonly signal: AbortSignal;
}

function ask(
  { input, output }: Terminal,
  question: string,
  { shown, interrupted, signal }: Asking,
): Promise<string | null> {
  const { promise, resolve, reject } = Promise.withResolvers<string | null>();
  let typed = "";
  const take = (key: string): void => {
    if (key === INTERRUPT) return interrupted();
    if (key === END) return resolve(null);
    if (key === "\r" || key === "\n") return resolve(typed);
    if (key === "\u007f" || key === "\b") {
      if (typed === "") return;
      typed = typed.slice(0, -1);
      output.write("\b \b");
    } else if (key >= " " && typed.length < MAX_LENGTH) {
      typed += key;
      output.write(shown(key));
    }
  };
  const onData = (chunk: Buffer | string): void => {
    for (const key of chunk.toString()) take(key);
  };
  const onEnd = (): void => resolve(null);
  const onAbort = (): void => reject(asError(signal.reason));
  if (signal.aborted) return Promise.reject(asError(signal.reason));
  // First: until then the terminal itself shows what is typed, and whoever sees the question may type at once.
  input.setRawMode?.(true);
  output.write(question);
  input.on("data", onData);
  input.once("end", onEnd);
  signal.addEventListener("abort", onAbort, { once: true });
  input.resume();
  return promise.finally(() => {
    input.off("data", onData);
    input.off("end", onEnd);
    signal.removeEventListener("abort", onAbort);
    input.setRawMode?.(false);
    input.pause();
    output.write("\n");
  });
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error("Cannot ask: the question is over");
}
