/**
 * `…/ensure/#device=…` on a host that serves files only: on to the page itself, one folder up, with the link in the
 * fragment. `replace`, so that Back leads to where the person came from.
 */
import { carriesSecret } from "../state/router.ts";

const { search, hash, pathname } = location;
const secret = carriesSecret(search) || carriesSecret(hash);
// Before anything else, so that the secret is in no history and no log.
if (secret) history.replaceState(null, "", pathname);
const page = new URL("../", location.href);
page.search = secret ? "" : search;
page.hash = secret ? "#/refused" : `#/ensure?${hash.slice(1)}`;
location.replace(page);
