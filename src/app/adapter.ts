/** The state of the Adapter screen, loaded with it. */
import { AdapterPanel } from "../state/adapter/panel.ts";
import type { OwnWorld } from "../state/adapter/world.ts";
import type { App } from "../state/app.ts";

export async function adapterPanel(app: App, own: OwnWorld): Promise<AdapterPanel> {
  const panel = new AdapterPanel(app, own);
  await panel.look();
  return panel;
}
