import { type ArchiveError, damaged } from "./problem.ts";

/**
 * Unpacks with the platform's own DEFLATE, and stops as soon as more than `limit` octets came out: a small file can
 * unpack to any size. Throws `tooLarge()` then, and ArchiveError (`archive-damaged`) for what does not unpack.
 */
export async function inflate(
  packed: Uint8Array<ArrayBuffer>,
  format: "deflate-raw" | "gzip",
  limit: number,
  tooLarge: () => ArchiveError,
): Promise<Uint8Array<ArrayBuffer>> {
  const source = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      controller.enqueue(packed);
      controller.close();
    },
  });
  const reader = source.pipeThrough(new DecompressionStream(format)).getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const part = await reader.read().catch((error: unknown) => {
      throw damaged(error instanceof Error ? error.message : "it does not unpack");
    });
    if (part.done) break;
    length += part.value.length;
    if (length > limit) {
      await reader.cancel().catch(() => undefined);
      throw tooLarge();
    }
    parts.push(part.value);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
