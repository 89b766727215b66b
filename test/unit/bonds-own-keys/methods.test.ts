/** First pairings over our own host, by each method; what is proven is a new link, encrypted with the stored key. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { PairingPolicy } from "../../../hci/smp/policy.ts";
import { OobData } from "../../../hci/smp/oob.ts";
import { legacyDevice } from "../../../hci/virtual/peripherals/legacy-device.ts";
import type { EnsureOptions } from "../../../src/bonds/ensure.ts";
import type { PairingTerms } from "../../../src/link/pairing.ts";
import { nodeCrypto } from "../../support/crypto.ts";
import { agreeable } from "../../support/hci-world.ts";
import { OwnKeysRig } from "../../support/own-keys-rig.ts";
import type { HostOptions, RigHost } from "../../support/stack-rig.ts";

interface Method {
  readonly name: string;
  readonly level: string;
  readonly device: Partial<PairingPolicy>;
  readonly more?: HostOptions;
  readonly prompts?: (device: RigHost) => EnsureOptions["prompts"];
}

const METHODS: readonly Method[] = [
  {
    name: "Just Works",
    level: "encrypted",
    device: { ioCapability: "NoInputNoOutput", mitm: "off" },
  },
  {
    name: "Numeric Comparison",
    level: "secure",
    device: { ioCapability: "DisplayYesNo", mitm: "required" },
  },
  {
    name: "a passkey that the device shows",
    level: "secure",
    device: { ioCapability: "DisplayOnly", mitm: "required" },
    prompts: (device) => ({ pairing: agreeable({ enter: async () => device.person.shown ?? null }) }),
  },
  {
    name: "a passkey that is typed into the device",
    level: "secure",
    device: { ioCapability: "KeyboardOnly", mitm: "required" },
    prompts: (device) => {
      // The person at the device types what is shown here, whoever is asked first.
      const shown = Promise.withResolvers<string>();
      device.person.onEnter = () => shown.promise;
      return { pairing: agreeable({ display: (digits) => shown.resolve(digits) }) };
    },
  },
];

for (const { name, level, device: policy, prompts } of METHODS) {
  test(`${name}: paired, proven on a new link, stored, and nothing to do the next time`, async () => {
    await using rig = new OwnKeysRig();
    await rig.start();
    const device = await rig.world.device("sensor", { policy });
    const options = prompts === undefined ? {} : { prompts: prompts(device) };
    const first = await rig.ensure(rig.chosen(device), { ...options, prompts: options.prompts ?? {} });
    assert.deepEqual(
      [first.code, first.reason, first.evidence, first.level, first.keySize, first.persisted],
      [0, null, "encrypted", level, 16, true],
    );
    assert.equal(first.bondChanged, "created");
    const [proof] = (await rig.record()).proofs;
    assert.deepEqual([proof?.how, proof?.level, proof?.keySize], ["re-encryption", level, 16]);
    assert.ok(proof?.encMs !== undefined && proof.encMs >= 0);
    assert.equal(device.connections.length, 2, "paired on one link, proven on another");
    const [listed] = await rig.keys.list();
    assert.deepEqual([listed?.state, listed?.alternatives], ["active", 0]);

    const asked = device.person.asked.length;
    const second = await rig.again();
    assert.deepEqual([second.code, second.bondChanged], [0, "none"]);
    assert.equal(device.person.asked.length, asked, "nobody was asked again");
    assert.equal(device.connections.length, 3);
    rig.world.rig.assertClean();
  });
}

test("out of band: what was scanned authenticates the pairing, and is zeroed afterwards", async () => {
  await using rig = new OwnKeysRig();
  await rig.start();
  const own = await OobData.create(nodeCrypto);
  const device = await rig.world.device("sensor", {
    policy: { ioCapability: "NoInputNoOutput" },
    oob: () => ({ own }),
  });
  const data = {
    kind: "secure-connections",
    confirm: own.confirm.slice(),
    random: own.random.slice(),
  } as const;
  const result = await rig.ensure(rig.chosen(device), { outOfBand: data });
  assert.deepEqual([result.code, result.level], [0, "secure"]);
  assert.equal((await rig.keys.list())[0]?.method, "oob");
  assert.ok([...data.confirm, ...data.random].every((octet) => octet === 0));
});

test("a passkey that comes with the call is typed, and answers nothing else", async () => {
  await using rig = new OwnKeysRig();
  await rig.start();
  const device = await rig.world.device("sensor", {
    policy: { ioCapability: "DisplayOnly", mitm: "required" },
  });
  const wrong = await rig.ensure(rig.chosen(device), { pin: "000000" });
  assert.deepEqual([wrong.code, wrong.name, wrong.reason], [2, "pairing-failed", "passkey-wrong"]);
  assert.equal(wrong.bondChanged, "none");
  assert.equal((await rig.keys.list()).length, 0);

  const compares = await rig.world.device("lock", {
    policy: { ioCapability: "DisplayYesNo", mitm: "required" },
  });
  await rig.world.rig.clock.advance(60_000);
  const compared = await rig.ensure(rig.chosen(compares), { pin: "000000" });
  assert.deepEqual([compared.name, compared.bondChanged], ["cancelled", "none"]);
  assert.equal((await rig.keys.list()).length, 0);
});

test("a person hears what the pairing comes to, and may say no: nothing is kept", async () => {
  await using rig = new OwnKeysRig();
  const terms: PairingTerms[] = [];
  await rig.start();
  const device = await rig.world.device("sensor", { policy: { ioCapability: "NoInputNoOutput" } });
  const pairing = agreeable({
    agree: async (told) => {
      terms.push(told);
      return false;
    },
  });
  const result = await rig.ensure(rig.chosen(device), { prompts: { pairing } });
  assert.deepEqual([result.code, result.name], [6, "cancelled"]);
  assert.deepEqual([terms[0]?.method, terms[0]?.secureConnections], ["just-works", true]);
  assert.equal((await rig.keys.list()).length, 0);
  assert.equal(device.keys.bonds.length, 0);
});

test("legacy pairing: refused until it is allowed for this one device, and never more than encrypted", async () => {
  await using rig = new OwnKeysRig();
  await rig.start();
  const { policy, features } = legacyDevice();
  const device = await rig.world.device("old", { policy, ...(features && { features }) });
  const prompts = { pairing: agreeable({ enter: async () => device.person.shown ?? null }) };
  const refused = await rig.ensure(rig.chosen(device), { prompts });
  assert.deepEqual([refused.code, refused.reason, refused.bondChanged], [8, "legacy-not-allowed", "none"]);
  assert.equal((await rig.keys.list()).length, 0);

  const record = await rig.record();
  await rig.stores.bonds.put([{ ...record, legacyAllowed: true }]);
  await rig.world.rig.clock.advance(60_000);
  const allowed = await rig.again({ prompts });
  assert.deepEqual([allowed.code, allowed.reason, allowed.level], [0, null, "encrypted"]);
  assert.equal(allowed.bondChanged, "created", "the record was there, the bond was not");
  const second = await rig.again({ prompts });
  assert.deepEqual([second.code, second.bondChanged], [0, "none"]);

  const demanding = await rig.again({ prompts, level: "authenticated" });
  assert.deepEqual([demanding.code, demanding.reason], [8, "link-below-level"]);
});

test("a pairing that the person stops while our passkey is shown is cancelled, not a wrong code", async () => {
  await using rig = new OwnKeysRig();
  await rig.start();
  const device = await rig.world.device("keypad", {
    policy: { ioCapability: "KeyboardOnly", mitm: "required" },
  });
  device.person.onEnter = () => new Promise(() => {});
  const prompts = { pairing: agreeable({ display: (_digits, about) => about.stop() }) };
  const { code, name, reason } = await rig.ensure(rig.chosen(device), { prompts });
  assert.deepEqual([code, name, reason], [6, "cancelled", "by-person"]);
  assert.equal((await rig.keys.list()).length, 0);
});
