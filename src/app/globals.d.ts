/** The version in package.json, put in by the build. */
declare const __APP_VERSION__: string;

/** Chromium only, and only in secure contexts. */
interface NavigatorUAData {
  readonly platform: string;
  readonly brands: readonly { readonly brand: string; readonly version: string }[];
}

interface Navigator {
  readonly userAgentData?: NavigatorUAData;
}
