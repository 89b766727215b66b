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

interface WindowEventMap {
  beforeinstallprompt: BeforeInstallPromptEvent;
}

interface Navigator {
  readonly userAgentData?: NavigatorUAData;
}
