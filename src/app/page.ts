/** The browser as the screens ask for it. */
import { ADAPTER_QUERY, BRIDGE_QUERY, DEMO_QUERY } from "../state/world.ts";
import type { Page } from "../state/page.ts";
import { recall, remember } from "./remembered.ts";

const ADAPTER_KEY = "bondkeeper.adapter";

/** The adapter that was chosen last on this browser; null where none was, or nothing can be stored. */
export function rememberedAdapter(): string | null {
  return recall(ADAPTER_KEY);
}

export function browserPage(): Page {
  return {
    schedule(run) {
      // A hidden page gets no frames, but its state must not stand still.
      if (document.hidden) setTimeout(run, 50);
      else requestAnimationFrame(() => run());
    },
    after(ms, run) {
      const id = setTimeout(run, ms);
      return () => clearTimeout(id);
    },
    async copy(text) {
      try {
        await navigator.clipboard.writeText(text);
        return true;
      } catch {
        return false;
      }
    },
    save(name, type, content) {
      const part = typeof content === "string" ? content : Uint8Array.from(content);
      const url = URL.createObjectURL(new Blob([part], { type }));
      const link = document.createElement("a");
      link.href = url;
      link.download = name;
      link.click();
      // The download has its own hold on the data by then.
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
    },
    useAdapter(kind, at = "list") {
      remember(ADAPTER_KEY, kind);
      const url = new URL(location.href);
      if (at === "list") url.hash = "#/";
      else url.searchParams.delete(BRIDGE_QUERY); // which dongle it is was chosen otherwise
      url.searchParams.delete(DEMO_QUERY);
      url.searchParams.set(ADAPTER_QUERY, kind);
      go(url);
    },
    reload: () => location.reload(),
    useDemo(demo) {
      const url = new URL(location.href);
      url.hash = "#/";
      if (demo) url.searchParams.set(DEMO_QUERY, "");
      else url.searchParams.delete(DEMO_QUERY);
      go(url);
    },
  };
}

/** Another query loads the page anew; with the same one only the fragment would change. */
function go(url: URL): void {
  const same = url.search === location.search;
  location.assign(url);
  if (same) location.reload();
}
