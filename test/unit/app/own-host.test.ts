/** Which search for identities the page's session has. */
import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { type HashSearch, plainSearch } from "../../../hci/gap/resolver.ts";
import { ah } from "../../../hci/gap/rpa.ts";
import { ownHost } from "../../../src/app/own-host.ts";
import { aes128 } from "../../../src/crypto/aes128.ts";
import type { HciBackend } from "../../../src/link/hci/backend.ts";
import { newAdaptersOnly } from "../../../src/storage/keys/admission.ts";
import { agreeable, firstOne } from "../../support/hci-world.ts";
import { newProfile, openTab } from "../../support/tabs.ts";
import { octets, openKeysTab } from "../keys/keys-rig.ts";

beforeEach(newProfile);

/** Of a page whose adapter was never opened. */
function page(): Promise<HciBackend> {
  return ownHost({
    adapter: { open: () => Promise.reject(new Error("Cannot open: nothing is plugged in")) },
    transport: "dongle",
    keys: openKeysTab().keys,
    stores: openTab(),
    prompts: agreeable(),
    chooser: firstOne,
    ask: newAdaptersOnly("stick"),
    onListenerError: (error) => {
      throw error;
    },
  });
}

/** Keys that it tries in one go; it finds the one that made a hash. */
function sliceThatFinds(search: HashSearch): number {
  const irks = Array.from({ length: 300 }, (_, i) => octets(i));
  const prand = 0x7f_0102;
  const keyed = search.over(irks);
  assert.ok(keyed.find(0, irks.length, prand, ah(aes128, octets(200), prand)).includes(200));
  return keyed.slice;
}

describe("the page's session", () => {
  test("is given the search by SIMD, and it finds whose key made a hash", async () => {
    const { session } = await page();
    const { search } = session.ports;
    assert(search !== undefined);
    assert.ok(sliceThatFinds(search) > plainSearch(aes128).over([]).slice, "many keys at once");
    await session.close();
  });

  test("searches key by key where WebAssembly is refused", async (context) => {
    context.mock.method(WebAssembly, "compile", async () => {
      throw new WebAssembly.CompileError("Refused by Content Security Policy");
    });
    const { session } = await page();
    const { search } = session.ports;
    assert(search !== undefined);
    assert.equal(sliceThatFinds(search), plainSearch(aes128).over([]).slice);
    await session.close();
  });
});
