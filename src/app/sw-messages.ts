/** What the page says to its service worker. The answer to the question is the version, through the port sent along. */
export const SKIP_WAITING = "skip-waiting";
export const VERSION_QUESTION = "version?";
