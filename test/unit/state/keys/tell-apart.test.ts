import assert from "node:assert/strict";
import { test } from "node:test";
import { toHex } from "../../../../hci/codec/bytes.ts";
import { identityOwner, tellApart } from "../../../../src/state/keys/tell-apart.ts";
import { newProfile } from "../../../support/tabs.ts";
import { CLAIM, openKeysTab } from "../../keys/keys-rig.ts";

test("dongles are called as a person calls them, with the address where two are called the same", async () => {
  newProfile();
  await using tab = openKeysTab();
  const { keys } = tab;
  const one = await keys.adapters.add(CLAIM, "USB dongle");
  const two = await keys.adapters.add({ ...CLAIM, address: "02:5A:10:00:00:02" }, "USB dongle");
  const ids = [];
  for (const { id } of [one, two]) ids.push(toHex((await keys.identities.own(id)).address.octets));
  const [first = "", second = ""] = ids.map((id) => `dongle:random-${id}`);
  const address = (id = ""): string => id.toUpperCase().replaceAll(/(..)(?=.)/gu, "$1:");

  assert.deepEqual(
    await tellApart([first, second], keys),
    new Map([
      [first, `USB dongle (${address(ids[0])})`],
      [second, `USB dongle (${address(ids[1])})`],
    ]),
  );
  await keys.adapters.rename(two.id, "Desk");
  const elsewhere = "dongle:random-c00102030405";
  assert.deepEqual(
    await tellApart([first, second, elsewhere, "web-bluetooth:profile"], keys),
    new Map([
      [first, "USB dongle"],
      [second, "Desk"],
      [elsewhere, "C0:01:02:03:04:05"],
    ]),
    "one that is not stored is called by its address, and what has none is not named",
  );
  assert.equal(await identityOwner(second, keys), two.id);
  for (const nobodys of [elsewhere, "web-bluetooth:profile", ""])
    assert.equal(await identityOwner(nobodys, keys), null);

  const long = "The dongle that stands on the desk beside the window";
  for (const { id } of [one, two]) await keys.adapters.rename(id, long);
  const told = [...(await tellApart([first, second], keys)).values()];
  const short = ids.map((id) => `The dongle that stands o… (${address(id)})`);
  assert.deepEqual(told, short, "a long name leaves room for the address");
});
