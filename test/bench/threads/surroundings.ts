import type { Clock, TextPort } from "../../../hci/ports.ts";

export const realClock: Clock = {
  now: () => performance.now(),
  after(ms, run) {
    const id = setTimeout(run, ms);
    return () => clearTimeout(id);
  },
};

export const text: TextPort = {
  decode: (utf8) => new TextDecoder().decode(utf8),
  encode: (plain) => new TextEncoder().encode(plain),
};
