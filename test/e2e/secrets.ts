/** Where a secret could have got to: all that a page keeps, shows, asks for and says. */
import type { BrowserContext, Page } from "@playwright/test";

/** Every database, both storages, every cache's addresses, and the history of this tab, as one text. Octets stand as hex and as text. */
export function everythingKept(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const plain = (value: unknown): unknown => {
      if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
        const octets = ArrayBuffer.isView(value)
          ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
          : new Uint8Array(value);
        const hex = Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join("");
        return { hex, text: new TextDecoder("latin1").decode(octets) };
      }
      return value;
    };
    const text = (value: unknown): string =>
      JSON.stringify(value, (_name, inner: unknown) => plain(inner)) ?? "";
    const asked = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.addEventListener("success", () => resolve(request.result));
        request.addEventListener("error", () => reject(new Error("Cannot read the storage")));
      });
    const found: string[] = [
      text(Object.entries(localStorage)),
      text(Object.entries(sessionStorage)),
      location.href,
    ];
    for (const { url } of navigation.entries()) found.push(url ?? "");
    for (const { name = "" } of await indexedDB.databases()) {
      const database = await asked(indexedDB.open(name));
      for (const store of database.objectStoreNames) {
        const rows = database.transaction(store).objectStore(store);
        found.push(
          `${name} ${store}`,
          text(await asked(rows.getAllKeys())),
          text(await asked(rows.getAll())),
        );
      }
      database.close();
    }
    for (const name of await caches.keys())
      for (const { url } of await (await caches.open(name)).keys()) found.push(url);
    return found.join("\n");
  });
}

/** Everything that is asked for and said from now on, in every tab of the browser. */
export function listenIn(context: BrowserContext): readonly string[] {
  const heard: string[] = [];
  context.on("request", (request) => heard.push(request.url(), request.postData() ?? ""));
  context.on("console", (message) => heard.push(message.text()));
  context.on("page", (page) => page.on("framenavigated", (frame) => heard.push(frame.url())));
  for (const page of context.pages()) page.on("framenavigated", (frame) => heard.push(frame.url()));
  return heard;
}
