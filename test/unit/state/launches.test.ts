import assert from "node:assert/strict";
import { test } from "node:test";
import { Launches } from "../../../src/state/launches.ts";
import { Notices } from "../../../src/state/notices.ts";
import type { Route } from "../../../src/state/router.ts";
import { ManualClock } from "../../support/manual-clock.ts";

function rig() {
  const clock = new ManualClock();
  const page = { after: (ms: number, run: () => void) => clock.after(ms, run) };
  const notices = new Notices(page);
  const shown: Route[] = [];
  const world = { busy: false };
  const launches = new Launches({
    notices,
    page,
    busy: async () => world.busy,
    show: (route) => shown.push(route),
  });
  return { clock, notices, shown, world, launches };
}

const file = (name: string) => ({ name, size: 2, arrayBuffer: async () => new ArrayBuffer(2) });
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
const AT = "https://bondkeeper.example/";

test("an address of the app shows its screen; the plain start changes nothing", async () => {
  const { launches, shown } = rig();
  await launches.receive({ targetURL: AT, files: [] });
  await launches.receive({ targetURL: null, files: [] });
  await launches.receive({ targetURL: "no address", files: [] });
  assert.deepEqual(shown, []);
  await launches.receive({ targetURL: `${AT}#/settings`, files: [] });
  await launches.receive({ targetURL: `${AT}#/link/web%2Bbond%3Aadd`, files: [] });
  await launches.receive({ targetURL: `${AT}#/link/web%2Bbond%3Aadd%3Fpin%3D1`, files: [] });
  assert.deepEqual(shown, [{ screen: "settings" }, { screen: "add" }, { screen: "refused-link" }]);
});

test("what is opened during a procedure is shown after it", async () => {
  const { clock, launches, notices, shown, world } = rig();
  world.busy = true;
  const received = launches.receive({ targetURL: `${AT}#/add`, files: [] });
  await settled();
  assert.match(notices.notice.value?.text ?? "", /when the running procedure has ended/);
  await clock.advance(1_000);
  assert.deepEqual(shown, []);
  world.busy = false;
  await clock.advance(1_000);
  await received;
  assert.deepEqual(shown, [{ screen: "add" }]);
});

test("a file goes to the newest consumer that takes it", async () => {
  const { launches } = rig();
  const opened: string[] = [];
  const consumer = (who: string, pattern: RegExp) => ({
    takes: (name: string) => pattern.test(name),
    open: ({ name }: { readonly name: string }) => void opened.push(`${who} ${name}`),
  });
  launches.register(consumer("records", /\.json$/));
  launches.register(consumer("keys", /keys.*\.json$/));
  await launches.receive({ targetURL: AT, files: [file("a.json")] });
  await launches.receive({ targetURL: AT, files: [file("keys.json")] });
  assert.deepEqual(opened, ["records a.json", "keys keys.json"]);
});

test("a file that nobody takes is said, and so is a second file", async () => {
  const { launches, notices } = rig();
  await launches.receive({ targetURL: AT, files: [file("a.exe")] });
  assert.match(notices.notice.value?.text ?? "", /cannot be opened/);
  launches.register({ takes: () => true, open: () => {} });
  await launches.receive({ targetURL: AT, files: [file("a.json"), file("b.json")] });
  assert.match(notices.notice.value?.text ?? "", /only the first/);
});
