/**
 * All that a page needs which relies on a bond: no pairing, no removal, no version of a stack, no key. It asks by a link,
 * in a window, or over a port, and believes what is signed.
 */
import { askByLink, firstKeyOf, takeResult } from "../../../src/sdk/ensure-link.ts";
import { ensureInWindow, openKeeper, pageOf } from "../../../src/sdk/keeper-window.ts";
import type { KeeperPort } from "../../../src/sdk/keeper-port.ts";

const query = new URLSearchParams(location.search);
const keeper = query.get("keeper") ?? "";
const device = query.get("device") ?? "Lock-1";
const mode = query.get("mode") === "check" ? "check" : query.get("mode") === "repair" ? "repair" : "ensure";
const keyFor = firstKeyOf(keeper, localStorage);
const signal = new AbortController().signal;
let port: KeeperPort | undefined;

function tell(answer: unknown): void {
  const told = document.querySelector("#told");
  if (told !== null) told.textContent = JSON.stringify(answer);
}

function tellStep(step: string): void {
  const line = document.createElement("li");
  line.textContent = step;
  document.querySelector("#steps")?.append(line);
}

/** What is printed on the device, where this page knows it; empty leaves it to the person in Bondkeeper. */
function passkey(): string | null {
  const field = document.querySelector<HTMLInputElement>("#code");
  tellStep("asked for the code");
  return field === null || field.value === "" ? null : field.value;
}

/** A click runs `work`, and what comes of it is told. */
function on(id: string, work: () => Promise<unknown>): void {
  document.querySelector(`#${id}`)?.addEventListener("click", () => {
    work().then(tell, (error: unknown) => tell({ error: String(error) }));
  });
}

on("link", async () => location.assign(askByLink({ keeper, device, mode }, window)));
on("window", () => ensureInWindow({ keeper, device, mode }, { page: pageOf(window), keyFor }, signal));
on("port", async () => {
  port = await openKeeper(keeper, pageOf(window), signal);
  return port.capabilities;
});
on("status", async () => port?.status(device, signal));
on("pair", async () => port?.pair(device, { onStep: tellStep, passkey }, signal));
on("replace", async () => port?.pair(device, { onStep: tellStep, passkey, replace: true }, signal));
on("clear", async () => port?.clearCache(device, signal));
on("unpair", async () => port?.unpair(device, signal));

takeResult(window, keyFor).then(
  (claims) => {
    if (claims !== null) tell(claims);
  },
  (error: unknown) => tell({ error: String(error) }),
);
