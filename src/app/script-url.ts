/** The page's one Trusted Types policy of its own: what may run as a worker is a file of ours, by name. */

/** The part of Trusted Types used here; `lib.dom` does not know them, and Firefox and Safari may not have them. */
interface TrustedTypes {
  createPolicy(
    name: "bondkeeper",
    rules: { readonly createScriptURL: (url: string) => string },
  ): { createScriptURL(url: string): string };
}

/** Relative to the page: the service worker, and workers as the build names them. */
const OWN_SCRIPT = /^(?:sw\.js|assets\/worker-[\w-]+\.js)$/;

/** The address of an own script; throws TypeError for any other one. `base` is the address of the page's folder. */
export function ownScript(url: string, base: string): string {
  const { href } = new URL(url, base);
  const path = href.startsWith(base) ? href.slice(base.length) : "";
  if (!OWN_SCRIPT.test(path)) throw new TypeError("Cannot run a script that is no worker of this page");
  return href;
}

let policy: { createScriptURL(url: string): string } | undefined;

/** What `register` and `new Worker` take under the policy; a plain string where the browser has no Trusted Types. */
export function scriptUrl(url: string): string {
  if (policy === undefined) {
    const base = new URL("./", document.baseURI).href;
    const rules = { createScriptURL: (asked: string) => ownScript(asked, base) };
    const trustedTypes: TrustedTypes | undefined = Reflect.get(globalThis, "trustedTypes");
    // Once: a second policy of the same name is refused.
    policy = trustedTypes?.createPolicy("bondkeeper", rules) ?? rules;
  }
  return policy.createScriptURL(url);
}
