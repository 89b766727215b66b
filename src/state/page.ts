/** What the screens ask of the browser besides Bluetooth and storage; `main.ts` gives the real one, tests their own. */
import type { AdapterKind } from "./world.ts";

export interface Page {
  /** Runs once, soon: with the next frame where the page is visible. Batches what changes often. */
  schedule(run: () => void): void;
  /** Runs once after `ms` milliseconds; the result cancels it. */
  after(ms: number, run: () => void): () => void;
  /** False where the browser does not allow it. */
  copy(text: string): Promise<boolean>;
  /** Offers it as a download. */
  save(name: string, type: string, content: string | Uint8Array): void;
  reload(): void;
  /** Loads the page anew with this way to Bluetooth, and remembers it. `at`: at the list, which is usual, or where it is. */
  useAdapter(kind: AdapterKind, at?: "list" | "here"): void;
  /** Loads the page anew with the demo devices, or without. */
  useDemo(demo: boolean): void;
}
