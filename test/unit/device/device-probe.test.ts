import assert from "node:assert/strict";
import { test } from "node:test";
import { probeChoices } from "../../../src/state/device-probe.ts";
import { gattTree } from "../../../src/state/gatt-tree.ts";
import { BATTERY, SECRET, TABLE, uuid } from "./scripted-link.ts";

test("only what can be read can be a probe; what was refused comes first, what is usually open last", () => {
  const table = {
    services: [
      ...TABLE.services,
      {
        uuid: uuid(0xffe0),
        characteristics: [
          { uuid: uuid(0xffe1), properties: ["read"], descriptors: [] } as const,
          { uuid: uuid(0xffe2), properties: ["notify"], descriptors: [] } as const,
        ],
      },
    ],
  };
  const refused = { service: uuid(0xffe0), characteristic: uuid(0xffe1), instance: 0 };
  const choices = probeChoices(table, { probe: null, refused: [refused] });
  assert.deepEqual(
    choices.map(({ ref, likelihood }) => [ref, likelihood]),
    [
      [refused, "was-refused"],
      [SECRET, "possible"],
      [BATTERY, "usually-open"],
    ],
  );
});

test("the probe in use is marked", () => {
  const probe = { ref: SECRET, source: "user", level: null, since: "" } as const;
  const current = probeChoices(TABLE, { probe, refused: [] }).filter((choice) => choice.current);
  assert.deepEqual(
    current.map(({ ref }) => ref),
    [SECRET],
  );
});

test("the second of two equal characteristics has its own reference and key", () => {
  const twice = { uuid: uuid(0xfff1), properties: ["read"], descriptors: [] } as const;
  const tree = gattTree({
    services: [
      { uuid: uuid(0xfff0), characteristics: [twice, twice] },
      { uuid: uuid(0xfff0), characteristics: [twice] },
    ],
  });
  const nodes = tree.flatMap((service) => service.characteristics);
  assert.deepEqual(
    nodes.map(({ ref }) => ref.instance),
    [0, 1, 2],
  );
  assert.equal(new Set([...nodes, ...tree].map(({ key }) => key)).size, 5);
});
