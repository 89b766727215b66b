import type { AddressBar } from "../state/router.ts";

/** The fragment is the route; the query stays, unless it carried a secret. */
export function browserAddressBar(): AddressBar {
  return {
    read: () => ({ search: location.search, hash: location.hash }),
    push: (href) => history.pushState(null, "", href),
    replace: (href) => history.replaceState(null, "", href),
    scrub: (href) => history.replaceState(null, "", location.pathname + href),
    onChange(listener) {
      // Also comes when only the fragment changed; a second event would read the address after it was scrubbed.
      addEventListener("popstate", listener);
    },
  };
}
