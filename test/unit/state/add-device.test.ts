import assert from "node:assert/strict";
import { test } from "node:test";
import { AddDevice, type AddForm, problemsOf, requestOf } from "../../../src/state/add-device.ts";
import { MESHTASTIC, uuidOf } from "../../../src/state/assigned-numbers.ts";
import { settle, world } from "./world.ts";

const FORM: AddForm = {
  profile: null,
  announcedOnly: true,
  namePrefix: "",
  ownServices: "",
  probeService: "",
  probeCharacteristic: "",
};

test("any device asks for every device, and for the services that tell what it is", () => {
  const request = requestOf(FORM, 0);
  assert.deepEqual(request?.choose.services, []);
  assert(request?.choose.optionalServices.includes(uuidOf(0x180a)));
  assert.equal(request?.probe, null);
  assert(!("namePrefix" in (request?.choose ?? {})));
});

test("a profile filters by its service; showing every device only moves it to the optional ones", () => {
  const announced = requestOf({ ...FORM, profile: "heart-rate" }, 0);
  assert.deepEqual(announced?.choose.services, [uuidOf(0x180d)]);
  assert(!announced?.choose.optionalServices.includes(uuidOf(0x180d)));
  const every = requestOf({ ...FORM, profile: "heart-rate", announcedOnly: false }, 0);
  assert.deepEqual(every?.choose.services, []);
  assert(every?.choose.optionalServices.includes(uuidOf(0x180d)));
});

test("own services are optional, each named once, and the name prefix is trimmed", () => {
  const request = requestOf({ ...FORM, ownServices: "180D, 0x180d\n fd00", namePrefix: " Kiosk " }, 0);
  const { optionalServices = [], namePrefix } = request?.choose ?? {};
  assert.equal(optionalServices.filter((uuid) => uuid === uuidOf(0x180d)).length, 1);
  assert(optionalServices.includes(uuidOf(0xfd00)));
  assert.equal(namePrefix, "Kiosk");
});

test("the profile's probe is used unless the person names another, whose service the page then asks for", () => {
  const profile = requestOf({ ...FORM, profile: "meshtastic" }, 0)?.probe;
  assert.equal(profile?.source, "profile");
  assert.equal(profile?.ref.service, MESHTASTIC);
  const own = requestOf(
    { ...FORM, profile: "meshtastic", probeService: "fd00", probeCharacteristic: "fd01" },
    0,
  );
  assert.equal(own?.probe?.source, "user");
  assert.equal(own?.probe?.level, null);
  assert(own?.choose.optionalServices.includes(uuidOf(0xfd00)));
});

test("every wrong field is named with its reason, and no request is made", () => {
  const form = {
    ...FORM,
    namePrefix: "é".repeat(125),
    ownServices: "180d nope 1812",
    probeCharacteristic: "fd01",
  };
  const problems = problemsOf(form);
  assert.deepEqual(problems.namePrefix, { kind: "too-long", most: 248 });
  assert(problems.ownServices?.kind === "uuid" && problems.ownServices.text === "nope");
  assert.deepEqual(problems.probeService, { kind: "half-a-probe" });
  assert.equal(problems.probeCharacteristic, undefined);
  assert.deepEqual(problemsOf({ ...FORM, ownServices: "1812" }).ownServices, {
    kind: "blocked",
    uuid: uuidOf(0x1812),
  });
  assert.equal(requestOf(form, 0), undefined);
});

test("with a wrong form the chooser stays closed and the problems are shown", async () => {
  const { app, backend } = await world();
  const add = new AddDevice(app);
  add.edit({ ownServices: "12345" });
  assert.equal(add.view.value.tried, false);
  assert.equal(await add.choose(), undefined);
  assert.equal(add.view.value.tried, true);
  assert.equal(backend.requests.length, 0);
});

test("the chooser opens within the click, before anything is awaited", async () => {
  const { app, backend } = await world();
  const add = new AddDevice(app);
  const chosen = add.choose();
  assert.equal(backend.requests.length, 1);
  backend.closeChooser();
  await chosen;
});

test("a chosen device goes through the procedure and is found as a record", async () => {
  const { app, backend, peer, stores } = await world();
  const add = new AddDevice(app);
  add.edit({ probeService: "fd00", probeCharacteristic: "fd01" });
  const chosen = add.choose();
  backend.pick(peer);
  const result = await chosen;
  assert.equal(result?.name, "ok");
  assert.equal((await stores.bonds.all()).length, 1);
  const view = add.procedure.view.value;
  assert(view.step === "done" && view.device === "Lock-1");
});

test("a closed chooser is no failure; the form stays as it was", async () => {
  const { app, backend } = await world();
  const add = new AddDevice(app);
  add.edit({ namePrefix: "Lock" });
  const chosen = add.choose();
  backend.closeChooser();
  assert.equal(await chosen, undefined);
  assert.equal(add.view.value.failure, null);
  assert.equal(add.view.value.form.namePrefix, "Lock");
});

test("a second click while a chooser is open does nothing, because it would close the first", async () => {
  const { app, backend } = await world();
  const add = new AddDevice(app);
  const first = add.choose();
  assert.equal(await add.choose(), undefined);
  assert.equal(backend.requests.length, 1);
  backend.closeChooser();
  await first;
});

test("cancel leaves a chooser that never answers", async () => {
  const { app } = await world();
  const add = new AddDevice(app);
  const chosen = add.choose();
  add.cancelChoice();
  assert.equal(await chosen, undefined);
  assert.deepEqual(app.chooser.view.value, { kind: "closed" });
});

test("the hint comes after five seconds and does not end the choice", async () => {
  const { app, page, backend, peer } = await world();
  const add = new AddDevice(app);
  const chosen = add.choose();
  await page.clock.advance(4_999);
  assert.deepEqual(app.chooser.view.value, { kind: "open", hint: false });
  await page.clock.advance(1);
  assert.deepEqual(app.chooser.view.value, { kind: "open", hint: true });
  await page.clock.advance(3_600_000);
  assert.deepEqual(app.chooser.view.value, { kind: "open", hint: true });
  backend.pick(peer);
  await chosen;
  await settle();
  assert.deepEqual(app.chooser.view.value, { kind: "closed" });
  assert.equal(page.clock.pending, 0);
});
