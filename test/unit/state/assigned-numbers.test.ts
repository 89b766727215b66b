import assert from "node:assert/strict";
import { test } from "node:test";
import {
  characteristicName,
  descriptorName,
  isBlockedService,
  NORDIC_UART,
  numberOf,
  parseUuid,
  serviceName,
  shortUuid,
  uuidOf,
} from "../../../src/state/assigned-numbers.ts";
import { PROFILES, profileProbe } from "../../../src/state/profiles.ts";

test("a 16-bit, a 32-bit and a 128-bit UUID are read however they are written", () => {
  const heartRate = "0000180d-0000-1000-8000-00805f9b34fb";
  for (const text of [
    "180D",
    "0x180d",
    " 180d ",
    "0000180D",
    heartRate,
    heartRate.toUpperCase(),
    `{${heartRate}}`,
  ]) {
    assert.deepEqual(parseUuid(text), { kind: "uuid", uuid: heartRate }, text);
  }
  assert.deepEqual(parseUuid("6E400001B5A3F393E0A9E50E24DCCA9E"), { kind: "uuid", uuid: NORDIC_UART });
  assert.deepEqual(parseUuid("12345678"), { kind: "uuid", uuid: "12345678-0000-1000-8000-00805f9b34fb" });
});

test("what is no UUID is refused with its reason", () => {
  const why = (text: string) => {
    const parsed = parseUuid(text);
    return parsed.kind === "invalid" ? `${parsed.why} ${parsed.digits}` : parsed.uuid;
  };
  assert.equal(why(""), "empty 0");
  assert.equal(why("0x"), "empty 0");
  assert.equal(why("18zz"), "not-hex 0");
  assert.equal(why("180"), "length 3");
  assert.equal(why("12345"), "length 5");
  assert.equal(why("18-0d"), "hyphens 4");
  assert.equal(why("6e400001-b5a3f393-e0a9-e50e-24dcca9e"), "hyphens 32");
  assert.equal(why("<script>"), "not-hex 0");
});

test("numbers and names belong together", () => {
  assert.equal(serviceName(uuidOf(0x180d)), "Heart Rate");
  assert.equal(serviceName(uuidOf(0x1859)), "Mesh Proxy Solicitation");
  assert.equal(characteristicName(uuidOf(0x2a37)), "Heart Rate Measurement");
  assert.equal(characteristicName(uuidOf(0x2a6e)), "Temperature");
  assert.equal(characteristicName(uuidOf(0x2a99)), "Database Change Increment");
  assert.equal(characteristicName(uuidOf(0x2acc)), "Fitness Machine Feature");
  assert.equal(characteristicName(uuidOf(0x2ade)), "Mesh Proxy Data Out");
  assert.equal(characteristicName(uuidOf(0x2b2a)), "Database Hash");
  assert.equal(descriptorName(uuidOf(0x2902)), "Client Characteristic Configuration");
  assert.equal(serviceName(NORDIC_UART), "Nordic UART");
  assert.equal(serviceName(uuidOf(0x1234)), undefined);
  assert.equal(numberOf(NORDIC_UART), null);
  assert.equal(shortUuid(uuidOf(0x180d)), "0x180D");
  assert.equal(shortUuid(uuidOf(0x12345678)), "0x12345678");
  assert.equal(shortUuid(NORDIC_UART), NORDIC_UART);
});

test("services that every page is refused are known", () => {
  assert(isBlockedService(uuidOf(0x1812)));
  assert(!isBlockedService(uuidOf(0x180d)));
});

test("every profile has a name of its own, and its probe lies in a service it asks for", () => {
  assert.equal(new Set(PROFILES.map(({ id }) => id)).size, PROFILES.length);
  for (const profile of PROFILES) {
    const probe = profileProbe(profile, 0);
    assert(profile.services.length > 0, profile.id);
    if (probe !== null) assert(profile.services.includes(probe.ref.service), profile.id);
    for (const uuid of [...profile.services, ...profile.optionalServices]) {
      assert(serviceName(uuid) !== undefined, `${profile.id} ${uuid}`);
      assert(!isBlockedService(uuid), `${profile.id} ${uuid}`);
    }
  }
});
