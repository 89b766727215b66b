/** The version in package.json, put in by the build. */
declare const __APP_VERSION__: string;
/** Origins of bridges that whoever built the page allowed. */
declare const __BRIDGES__: readonly string[];

/** Chromium only, and only in secure contexts. */
interface NavigatorUAData {
  readonly platform: string;
  readonly brands: readonly { readonly brand: string; readonly version: string }[];
}

/** Chromium only: it would install the page, and leaves it to the page when to ask. `prompt` works once. */
interface BeforeInstallPromptEvent extends Event {
  prompt(): Promise<{ readonly outcome: "accepted" | "dismissed" }>;
}

/** Chromium only. */
declare const showSaveFilePicker:
  | ((options: {
      readonly id: string;
      readonly suggestedName: string;
      readonly types: readonly {
        readonly description: string;
        readonly accept: Readonly<Record<string, readonly string[]>>;
      }[];
    }) => Promise<import("../storage/backup/file-handle.ts").FileHandle>)
  | undefined;

interface WindowEventMap {
  beforeinstallprompt: BeforeInstallPromptEvent;
}

interface Navigator {
  readonly userAgentData?: NavigatorUAData;
}
