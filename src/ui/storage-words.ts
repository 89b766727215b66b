import type { StorageFailure } from "../storage/ports.ts";

/** Why the storage could not be used, and what to do: two sentences. */
export function storageWords(failure: StorageFailure): { readonly what: string; readonly advice: string } {
  switch (failure.kind) {
    case "unreadable":
      return {
        what: "What Bondkeeper stored in this browser cannot be read.",
        advice:
          "Nothing was deleted and nothing was overwritten. Try again; if it stays so, restart the browser.",
      };
    case "superseded":
      return {
        what: "Another tab runs a newer version of Bondkeeper.",
        advice: "Reload this page to get the same version.",
      };
    case "terminated":
      return {
        what: "The browser closed its storage under this page.",
        advice: "Nothing was deleted. Reload the page.",
      };
    case "quota":
      return {
        what: "This browser has no room left for the page.",
        advice:
          "Free space on this computer or clear stored attribute tables under Settings. Nothing was deleted.",
      };
    case "refused":
      return {
        what: "This browser does not let the page store anything here.",
        advice:
          "A private window or a shared address can be the reason. Open Bondkeeper in an ordinary window.",
      };
  }
}
