/**
 * D10: every way out of the page, searched for every key and every passkey of the pairings that went before. The search
 * itself is shown to find what is there.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { toHex } from "../../../hci/codec/bytes.ts";
import { OobData } from "../../../hci/smp/oob.ts";
import { TraceRecorder } from "../../../src/link/hci/trace-recorder.ts";
import { ActivityLog } from "../../../src/state/activity/log.ts";
import { ActivityScreen } from "../../../src/state/activity/screen.ts";
import { activityWords } from "../../../src/ui/activity/words.ts";
import { START } from "../../support/bond-rig.ts";
import { nodeCrypto } from "../../support/crypto.ts";
import { legacyDevice } from "../../../hci/virtual/peripherals/legacy-device.ts";
import type { HostOptions } from "../../support/stack-rig.ts";
import { pairingWorld } from "../pairing/pairing-world.ts";
import { world } from "../state/world.ts";

const { features } = legacyDevice();
const OLD = features === undefined ? {} : { features };
const HANDED_OVER = await OobData.create(nodeCrypto);
interface Kind {
  readonly device: HostOptions;
  readonly phone?: HostOptions;
  /** What the device handed over on another way than the radio. */
  readonly handedOver?: OobData;
}
const KINDS: Readonly<Record<string, Kind>> = {
  "just works": { device: { policy: { ioCapability: "NoInputNoOutput", mitm: "off" } } },
  comparison: { device: { policy: { ioCapability: "DisplayYesNo" } } },
  "passkey typed here": { device: { policy: { ioCapability: "DisplayOnly", mitm: "required" } } },
  "passkey typed there": { device: { policy: { ioCapability: "KeyboardOnly", mitm: "required" } } },
  "out of band": {
    device: { policy: { ioCapability: "NoInputNoOutput" }, oob: () => ({ own: HANDED_OVER }) },
    handedOver: HANDED_OVER,
  },
  legacy: {
    phone: { policy: { legacy: true } },
    device: { policy: { ioCapability: "DisplayOnly", mitm: "required", legacy: true }, ...OLD },
  },
};

interface Outcome {
  /** Hex of every key, in both orders of octets. */
  readonly keys: readonly string[];
  readonly passkeys: readonly string[];
  readonly screen: ActivityScreen;
  readonly recorder: TraceRecorder;
  readonly files: () => readonly { readonly name: string; readonly bytes: Uint8Array }[];
  readonly texts: () => readonly string[];
}

/** Pairs, ends the link, and encrypts a new one with the stored key: whatever a trace may hold is in it then. */
async function paired(kind: string, full = false): Promise<Outcome> {
  const options = KINDS[kind];
  assert.ok(options);
  let recorder: TraceRecorder | undefined;
  const all = await pairingWorld({
    device: options.device,
    phone: {
      ...options.phone,
      cable: (inner, clock) => {
        recorder = new TraceRecorder({ clock, now: () => START });
        if (full) recorder.beginFull();
        return recorder.traced(inner);
      },
    },
  });
  assert.ok(recorder);
  const { app, page } = await world();
  const log = new ActivityLog(() => START + all.rig.clock.now());
  all.manager.listen((event) => log.add({ kind: "pairing", event }));
  const passkeys: string[] = [];
  const entry = Promise.withResolvers<string>();
  all.device.person.onEnter = () => entry.promise;
  const { handedOver } = options;
  const pairing = all.pair(await all.connect(), handedOver && { peer: handedOver });
  const state = { over: false };
  void pairing
    .finally(() => {
      state.over = true;
    })
    .catch(() => {});
  while (!state.over) {
    const [request] = all.manager.view.value.requests;
    if (request === undefined) {
      await all.rig.clock.advance(10);
      continue;
    }
    const { ask, id } = request;
    if ("digits" in ask && !passkeys.includes(ask.digits)) passkeys.push(ask.digits);
    if (ask.kind === "display") {
      entry.resolve(ask.digits);
      await all.rig.clock.advance(10);
    } else if (ask.kind === "enter") {
      const shown = all.device.person.shown ?? "";
      passkeys.push(shown);
      all.manager.respond(id, { accept: true, passkey: shown });
    } else all.manager.respond(id, { accept: true });
  }
  await all.rig.until(pairing);
  for (const link of all.phone.stack.links) await all.rig.end(link);
  await all.rig.advertise(all.device);
  const again = await all.rig.until(all.phone.stack.connect(all.device.stack.identity.address));
  await all.rig.until(again.secure());

  const octets = [all.phone, all.device].flatMap(({ keys, stack }) => [
    stack.identity.irk,
    ...keys.puts.flatMap(({ asCentral, asPeripheral, irk }) =>
      [asCentral?.value, asPeripheral?.value, irk].filter((value) => value !== undefined && value !== null),
    ),
  ]);
  if (handedOver !== undefined) octets.push(handedOver.confirm, handedOver.random);
  const keys = octets.flatMap((key) => [toHex(key), toHex(key.toReversed())]);
  const screen = new ActivityScreen(app, log, recorder);
  screen.narrow({ layers: new Set(["SMP", "ATT", "L2CAP", "command", "event", "advertising", "data"]) });
  const words = activityWords("linux");
  return {
    keys: [...new Set(keys)],
    passkeys,
    screen,
    recorder,
    files: () => page.files,
    texts: () => {
      screen.saveReport(words);
      const lines = screen.view.value.packets?.lines ?? [];
      return [
        screen.text(words),
        screen.report(words),
        ...page.saved.map(({ text }) => text),
        lines.map((line) => line.text()).join("\n"),
        JSON.stringify(log.entries.value),
        JSON.stringify(all.manager.view.value),
      ];
    },
  };
}

const holds = (text: string, key: string): boolean => text.toLowerCase().includes(key);
/** As a number by itself: six digits inside a longer string of digits are somebody else's. */
const holdsNumber = (text: string, digits: string): boolean =>
  new RegExp(`(?<![0-9a-f])${digits}(?![0-9a-f])`, "i").test(text);

for (const kind of Object.keys(KINDS)) {
  test(`D10 ${kind}: no text and no file holds a key or a passkey`, async () => {
    const { keys, passkeys, screen, texts, files } = await paired(kind);
    assert.ok(keys.length >= 4, "there are keys to look for");
    assert.equal(passkeys.length > 0, kind !== "just works" && kind !== "out of band", "and digits");
    screen.setAnonymous(false);
    screen.saveTrace();
    for (const text of texts()) {
      assert.ok(text.length > 10);
      for (const key of keys) assert.ok(!holds(text, key), `a key in ${text.slice(0, 40)}`);
      for (const digits of passkeys) assert.ok(!holdsNumber(text, digits), `digits in ${text.slice(0, 40)}`);
    }
    const [file] = files();
    assert.ok(file !== undefined && file.bytes.length > 1000);
    for (const key of keys) assert.ok(!toHex(file.bytes).includes(key), "a key in the trace");
    assert.doesNotMatch(file.name, /KEYS/);
  });
}

test("The search finds what is there: a full capture holds the keys, and says so in its name", async () => {
  const { keys, screen, files, recorder } = await paired("legacy", true);
  assert.equal(screen.view.value.packets?.full, true);
  screen.endFull();
  const [file] = files();
  assert.ok(file);
  assert.match(file.name, /^bondkeeper-WITH-KEYS-\d{4}-\d\d-\d\d\.btsnoop$/);
  const found = keys.filter((key) => toHex(file.bytes).includes(key));
  assert.ok(found.length >= 2, `the long-term key of both directions: ${found.length}`);
  assert.equal(recorder.full, false);
  screen.saveTrace();
  const after = files().at(-1);
  assert.ok(after);
  for (const key of keys) assert.ok(!toHex(after.bytes).includes(key), "the look back has none of them");
});

test("A full capture does not reach back before it was begun, and cannot be ended twice", async () => {
  const { screen, recorder, files } = await paired("just works");
  screen.beginFull();
  screen.endFull();
  assert.ok((files()[0]?.bytes.length ?? 0) < 200, "the header of the file and nothing else");
  screen.endFull();
  assert.equal(files().length, 1);
  assert.throws(() => recorder.endFull(), /none was begun/);
});
