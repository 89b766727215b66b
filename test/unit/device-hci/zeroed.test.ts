/** What a host read from the store is zeroed: when it was looked at, when it is read anew, and when the host is closed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Bond } from "../../../hci/ports.ts";
import { KeysAdmission, newAdaptersOnly } from "../../../src/storage/keys/admission.ts";
import { MemoryKeyStore } from "../../support/smp/memory-key-store.ts";
import { HciWorld } from "../../support/hci-world.ts";
import { openKeysTab } from "../keys/keys-rig.ts";
import { newProfile } from "../../support/tabs.ts";
import { StackRig } from "../../support/stack-rig.ts";

/** Holds on to all that it gave out. */
class Watched extends MemoryKeyStore {
  readonly given: Bond[] = [];

  override async get(...place: Parameters<MemoryKeyStore["get"]>): Promise<Bond | undefined> {
    const bond = await super.get(...place);
    if (bond !== undefined) this.given.push(bond);
    return bond;
  }

  override async all(local: Bond["local"]): Promise<readonly Bond[]> {
    const bonds = await super.all(local);
    this.given.push(...bonds);
    return bonds;
  }
}

const octetsOf = ({ asCentral, asPeripheral, irk }: Bond): readonly number[] => [
  ...(asCentral?.value ?? []),
  ...(asPeripheral?.value ?? []),
  ...(irk ?? []),
];
const left = (bonds: readonly Bond[]): readonly Bond[] =>
  bonds.filter((bond) => octetsOf(bond).some((octet) => octet !== 0));

/** A phone that is bonded with a device that hides; only its host can resolve addresses where the list has no room. */
async function bonded(resolvingListSize: number) {
  const rig = new StackRig();
  const keys = new Watched();
  const phone = await rig.host("phone", { keys, controller: { resolvingListSize } });
  const policy = { ioCapability: "NoInputNoOutput" } as const;
  const sensor = await rig.host("sensor", { privacy: true, policy });
  await rig.advertise(sensor);
  const link = await rig.until(phone.stack.connect(sensor.stack.gap.own.current));
  await rig.until(link.pair());
  await rig.end(link);
  return { rig, keys, phone, sensor };
}

for (const size of [0, 4]) {
  test(`a resolving list of ${size}: keys of the bonds are gone with the link, identity keys with the host`, async () => {
    const { rig, keys, phone, sensor } = await bonded(size);
    await rig.advertise(sensor);
    const link = await rig.until(phone.stack.connect(sensor.stack.identity.address));
    await rig.until(link.secure());
    assert.ok(link.bond && !left([link.bond]).every(({ irk }) => irk === null));
    const held = link.bond;
    await rig.end(link);
    assert.deepEqual(left([held]), []);
    assert.equal(left(keys.given).length, 1, "what private addresses are resolved with");
    const [known] = left(keys.given);
    await rig.until(phone.stack.refreshBonds());
    assert.ok(
      known?.irk?.every((octet) => octet === 0),
      "read anew, the old octets are gone",
    );
    await rig.advertise(sensor);
    const again = await rig.until(phone.stack.reach(sensor.stack.identity.address));
    assert.ok(again.link.encrypted, "and it is still recognised");
    await rig.until(phone.stack.close());
    assert.ok(keys.given.length > 3);
    assert.deepEqual(left(keys.given), []);
  });
}

test("our own identity key is zeroed where the host does not come up", async () => {
  newProfile();
  const tab = openKeysTab();
  const world = new HciWorld();
  const admission = new KeysAdmission(tab.keys, newAdaptersOnly("stick"));
  let irk: Uint8Array | undefined;
  const opened = world.open(tab.keys, {
    admission: {
      async admit(claim, signal) {
        const admitted = await world.outside(admission.admit(claim, signal));
        admitted.keys.all = () => Promise.reject(new Error("Cannot read: asked to fail"));
        ({ irk } = admitted.identity);
        assert.ok(irk.some((octet) => octet !== 0));
        return admitted;
      },
    },
  });
  await assert.rejects(opened);
  assert.ok(irk?.every((octet) => octet === 0));
  await world.close();
  await tab.close();
});
