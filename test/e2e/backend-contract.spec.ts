/** The contract of `Backend` in a real browser, on both layers. One browser per layer, one tab and device per test. */
import type { TestInfo } from "@playwright/test";
import { expect, test } from "@playwright/test";
import { backendContract } from "../contract/backend.ts";
import type { ContractFeature } from "../contract/bench.ts";
import { BrowserSession, type Layer } from "../support/browser-session.ts";
import { FakeBluez } from "../support/fake-bluez.ts";
import { Guard } from "../support/guard.ts";
import { whyNoBluez } from "../support/requirements.ts";
import { BluezWorld, EmulatedWorld, type World } from "./contract-world.ts";

/** What the emulation cannot show: testbed gotchas, not gaps of the backend. The system layer shows them all. */
const EMULATION_CANNOT: readonly ContractFeature[] = ["hang-connect", "drop-with-open-read"];

function namesOf(cannot: readonly ContractFeature[]): string[] {
  const names: string[] = [];
  const never = (): Promise<never> => Promise.reject(new Error("Cannot start: the page runs the contract"));
  backendContract("page", { start: never, cannot }, (name) => names.push(name));
  return names;
}

interface Surroundings {
  readonly session: BrowserSession;
  readonly guard: Guard;
  readonly world: World;
  stop(): Promise<void>;
}

async function surroundings(layer: Layer, info: TestInfo): Promise<Surroundings> {
  const harness = String(info.config.metadata["harness"]);
  const guard = new Guard([new URL(harness).origin]);
  const bluez = layer === "bluez" ? await FakeBluez.start() : undefined;
  const session = new BrowserSession({
    profile: info.outputPath("profile"),
    baseURL: harness,
    layer,
    adapter: "powered-on",
    bluez,
    guard,
    launch: { args: [] },
  });
  await session.open();
  const world = bluez === undefined ? new EmulatedWorld(session) : new BluezWorld(session, bluez);
  await session.context.exposeFunction("moveWorld", (step: keyof World, parameter: never) =>
    world[step](parameter),
  );
  const stop = async (): Promise<void> => {
    await session.close();
    await bluez?.stop();
  };
  return { session, guard, world, stop };
}

const layers = [
  { layer: "emulation", cannot: EMULATION_CANNOT },
  { layer: "bluez", cannot: [] },
] as const;

for (const { layer, cannot } of layers) {
  test.describe(`Web Bluetooth, ${layer}`, () => {
    test.describe.configure({ mode: "default" });
    const why = layer === "bluez" ? whyNoBluez() : undefined;
    test.skip(why !== undefined, why ?? "");
    let around: Surroundings;
    test.beforeAll(async () => {
      around = await surroundings(layer, test.info());
    });
    test.afterAll(() => around.stop());

    for (const name of namesOf(cannot)) {
      test(name, async () => {
        const { session, guard } = around;
        await session.replacePage();
        await session.page.goto("contract.html");
        await session.page.evaluate((which) => runContractTest(which), name);
        expect(guard.findings).toEqual([]);
      });
    }
  });
}
