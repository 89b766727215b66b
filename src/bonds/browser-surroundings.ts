import type { Surroundings } from "./ensure.ts";

/** Time and chance of this browser. */
export function browserSurroundings(): Surroundings {
  return {
    now: () => Date.now(),
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        const onAbort = () => {
          clearTimeout(id);
          reject(signal.reason);
        };
        const id = setTimeout(() => {
          signal.removeEventListener("abort", onAbort);
          resolve();
        }, ms);
        if (signal.aborted) onAbort();
        else signal.addEventListener("abort", onAbort, { once: true });
      });
    },
    // For jitter, not for secrets; still the browser's good source, so that nobody has to ask.
    random: () => (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32,
    // randomUUID is missing where the context is not secure, and the page must open there too.
    newId: () => {
      const octets = crypto.getRandomValues(new Uint8Array(16));
      return Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join("");
    },
  };
}
