/**
 * A whole application that relies on a bond, and all that is left in it: it names what it reads, asks for a proven link,
 * and reads. How the bond stands is one element; what to do where it does not work is in the result.
 */
import type { CharacteristicRef } from "../../../src/link/gatt.ts";
import { WebBluetoothBackend } from "../../../src/link/web-bluetooth/backend.ts";
import { pageSurroundings } from "../../../src/link/web-bluetooth/platform.ts";
import { type BondTarget, createBondkeeper } from "../../../src/sdk/bondkeeper.ts";
import { BondError } from "../../../src/sdk/connect.ts";
import "../../../src/sdk/elements/bond-status.ts";
import { Uuids } from "../../support/uuid.ts";

const LEVEL: CharacteristicRef = {
  service: Uuids.battery,
  characteristic: Uuids.batteryLevel,
  instance: 0,
};
/** The read that only a device with a working bond answers. */
const PROBE = { ref: LEVEL, source: "user", level: null, since: "2026-01-01T00:00:00.000Z" } as const;
const { signal } = new AbortController();

const keeper = await createBondkeeper({ backend: new WebBluetoothBackend(pageSurroundings(globalThis)) });
const [known] = await keeper.bonds();
const status = document.body.appendChild(document.createElement("bond-status"));
const said = document.body.appendChild(document.createElement("output"));
status.bondId = known?.id ?? "";
status.keeper = keeper;

async function read(target: BondTarget): Promise<string> {
  const { connection, result } = await keeper.connect(target);
  await using link = connection;
  status.bondId = result.bondId ?? "";
  await link.discover(signal);
  const [percent] = await link.read(LEVEL, { signal });
  return `${percent} %`;
}

/** A click runs `work`, and what comes of it is said: the value, or what the person can do. */
function on(button: string, work: () => Promise<string>): void {
  const say = (words: string): void => void (said.textContent = words);
  document.querySelector(button)?.addEventListener("click", () => {
    work().then(say, (error: unknown) =>
      say(error instanceof BondError ? `Not read: ${error.result.remedy}` : String(error)),
    );
  });
}

on("#choose", async () => read(await keeper.choose({ services: [LEVEL.service], probe: PROBE })));
on("#read", () => read(status.bondId));
