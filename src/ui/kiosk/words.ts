/** How a bond of the kiosk stands, what a person has to do, and which policy or flag is missing. */
import type { App } from "../../state/app.ts";
import type { KioskLine } from "../../state/kiosk/lines.ts";
import { exactTime } from "../age.ts";
import { explainResult, resultTitle } from "../explain/results.ts";

export function stateTitle({ state }: KioskLine): string {
  switch (state.kind) {
    case "waiting":
      return "Waiting";
    case "verifying":
      return state.attempt > 1 ? `Verifying, try ${state.attempt}` : "Verifying";
    case "pausing":
      return `${resultTitle(state.result)}; trying again soon`;
    case "proven":
      // The hour, because "now" is over soon.
      return `Proven at ${timeOfDay(state.at)}`;
    case "needs-person":
      return "Needs a person";
    case "failed":
      return resultTitle(state.result);
  }
}

function timeOfDay(at: number): string {
  return new Date(at).toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
}

/** Empty where there is nothing to add. */
export function stateDetail(line: KioskLine, app: App): string {
  const { state } = line;
  if (state.kind !== "needs-person" && state.kind !== "failed") return "";
  const { system } = app.environment.surroundings.platform;
  if (state.result.reason === "no-gesture")
    return "It was never proven here, so it would have to be paired. Open it in the set-up and make sure of it once.";
  if (state.result.reason === "needs-chooser") return chooserWords(app);
  return `${resultTitle(state.result)}. ${explainResult(state.result, system).happened}`;
}

function chooserWords(app: App): string {
  const { transport, remembersPeers } = app.ports.backend.capabilities;
  if (transport === "web-bluetooth" && !remembersPeers)
    return "This browser forgets devices when it restarts. Switch on chrome://flags/#enable-web-bluetooth-new-permissions-backend, or start it with --enable-features=WebBluetooth,WebBluetoothNewPermissionsBackend. There is no policy for it.";
  return "The device was not chosen in this browser profile yet. Choose it once, in the set-up; no policy can do that for you.";
}

/** What keeps this browser from working without a click; empty where nothing does. */
export function missing(app: App): readonly string[] {
  const { transport, remembersPeers, pairing } = app.ports.backend.capabilities;
  const list: string[] = [];
  if (transport === "web-bluetooth" && !remembersPeers) list.push(chooserWords(app));
  if (transport === "web-bluetooth" && pairing === "on-demand")
    list.push(
      "Over Web Bluetooth the operating system may pair by itself to answer a read, or show a dialog, if its own bond is gone. A page cannot forbid that; a dongle can.",
    );
  if (transport === "dongle")
    list.push(
      "A dongle without a serial number is forgotten when it is unplugged. The policies WebUsbAllowDevicesForUrls or SerialAllowUsbDevicesForUrls grant it for good.",
    );
  return list;
}

/** Of what and when a report is. */
export function reportHead(app: App): readonly string[] {
  const { platform } = app.environment.surroundings;
  return [
    exactTime(new Date(app.ports.surroundings.now()).toISOString()),
    `Bondkeeper ${app.ports.appVersion}, ${platform.browser} on ${platform.system}, ${app.ports.backend.capabilities.transport}`,
  ];
}

/** The report as text: no key, no address of a radio. */
export function reportText(title: string, lines: readonly KioskLine[], app: App): string {
  const head = [`Kiosk${title === "" ? "" : ` “${title}”`}`, ...reportHead(app), ""];
  const body = lines.map((line) => {
    const { state, name } = line;
    const result = "result" in state ? state.result : null;
    const code =
      result === null ? "" : ` (code ${result.code}${result.reason === null ? "" : `, ${result.reason}`})`;
    const title =
      state.kind === "proven" ? `Proven at ${new Date(state.at).toISOString()}` : stateTitle(line);
    const detail = stateDetail(line, app);
    return `${name.replaceAll(/[\p{Cc}\p{Cf}]+/gu, " ")}: ${title}${code}${detail === "" ? "" : `\n    ${detail}`}`;
  });
  return [...head, ...body, ""].join("\n");
}
