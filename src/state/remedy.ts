/** What the main button of a result does. */
import type { App } from "./app.ts";
import type { Procedure } from "./procedure.ts";

export async function applyRemedy(app: App, procedure: Procedure): Promise<void> {
  const view = procedure.view.value;
  if (view.step !== "done") return;
  const { remedy, bondId } = view.result;
  const asksForCode = view.mode === "repair";
  switch (remedy) {
    case "run-ensure":
      await procedure.again("ensure");
      return;
    case "repair":
      await procedure.again("repair");
      return;
    case "retry":
    case "retry-in-pairing-mode":
    case "check-adapter":
    case "close-other-tab":
    case "move-closer":
    case "remove-in-system-settings":
    case "pair-in-system-settings":
    case "free-space":
    case "unlock-vault":
      // A code serves once: another try begins where a new one is handed over. A repair asks for it itself.
      if (procedure.hadCode && !asksForCode) {
        procedure.close();
        app.router.go({ screen: "scan" });
      } else await procedure.again();
      return;
    case "choose-again":
      // By the record the procedure itself asks for the chooser; without one the form is where to choose.
      if (bondId !== null) await procedure.again();
      else leave(app, procedure, null);
      return;
    case "choose-probe":
      procedure.close();
      if (bondId !== null) app.router.go({ screen: "device", id: bondId, view: "gatt" });
      return;
    case "use-other-browser":
      procedure.close();
      app.router.go({ screen: "add" });
      return;
    case "continue":
    case "fix-call":
      leave(app, procedure, bondId);
      return;
  }
}

/** To the device if there is one, else to where one is added. */
function leave(app: App, procedure: Procedure, bondId: string | null): void {
  procedure.close();
  app.router.go(bondId === null ? { screen: "add" } : { screen: "device", id: bondId, view: "overview" });
}
