import assert from "node:assert/strict";
import { test } from "node:test";
import { preview } from "../../../../src/formats/keys/preview.ts";
import { flip } from "../../../../src/formats/keys/values.ts";
import { LOCAL, P1, P2 } from "./examples.ts";

const one = (...args: Parameters<typeof preview>): unknown =>
  preview(...args).map(({ state, matchedBy }) => [state, matchedBy]);

test("a device that we do not have is new", () => {
  assert.deepEqual(one({ bonds: [P1] }, [P2]), [["new", null]]);
});

test("the same keys are nothing new, also where the file says less than we know", () => {
  const less = { ...P1, local: null, irk: null, name: null, keySize: null };
  assert.deepEqual(one({ bonds: [P1, P2, less] }, [P1, P2]), [
    ["same", "irk"],
    ["same", "address"],
    ["same", "address"],
  ]);
});

test("another key for a known device differs, and so does an identity key that we lack", () => {
  const other = { ...P1, keys: { ...P1.keys, sc: { ltk: "000102030405060708090a0b0c0d0e0f" } } };
  assert.deepEqual(one({ bonds: [other] }, [P1]), [["differs", "irk"]]);
  assert.deepEqual(one({ bonds: [P1] }, [{ ...P1, irk: null }]), [["differs", "address"]]);
});

test("the identity key recognises a device that another host filed under a private address", () => {
  const filed = { ...P1, peer: { address: "48:D4:93:AD:81:E9", type: "resolvable" as const } };
  assert.deepEqual(one({ bonds: [filed] }, [P1]), [["same", "irk"]]);
  assert.deepEqual(one({ bonds: [{ ...filed, irk: flip(P1.irk ?? "") }] }, [P1]), [["differs", "irk"]]);
});

test("a bond of another adapter is another bond; an adapter that is not named fits", () => {
  const elsewhere = { ...P1, local: { ...LOCAL, address: "02:5A:10:00:00:09" } };
  assert.deepEqual(one({ bonds: [elsewhere] }, [P1]), [["new", null]]);
  assert.deepEqual(one({ bonds: [elsewhere] }, [{ ...P1, local: null }]), [["same", "irk"]]);
});

test("the same address as public and as random is two devices", () => {
  const random = { ...P2, peer: { ...P2.peer, type: "nonresolvable" as const } };
  assert.deepEqual(one({ bonds: [random] }, [P2]), [["new", null]]);
  const untyped = { ...P2, peer: { ...P2.peer, type: "unknown" as const } };
  assert.deepEqual(one({ bonds: [untyped] }, [P2]), [["same", "address"]]);
});
