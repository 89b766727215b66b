/** The browser as the screens ask for it. */
import type { Page } from "../state/page.ts";

export const DEMO_QUERY = "demo";

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
    reload: () => location.reload(),
    useDemo(demo) {
      const url = new URL(location.href);
      url.hash = "#/";
      if (demo) url.searchParams.set(DEMO_QUERY, "");
      else url.searchParams.delete(DEMO_QUERY);
      location.assign(url);
    },
  };
}
