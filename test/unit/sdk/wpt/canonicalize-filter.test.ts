/** Named after web-platform-tests, bluetooth/…/requestDevice/canonicalizeFilter; see docs/web-platform-tests.md. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { canonicalRequest } from "../../../../src/sdk/web-bluetooth/filters.ts";

const HEART_RATE = "0000180d-0000-1000-8000-00805f9b34fb";

/** 247, 248 and 249 octets, with characters of one and of more octets. */
const plain = (octets: number): string => "a".repeat(octets);
const snowmen = (octets: number): string => "☃".repeat(Math.floor(octets / 3)) + "a".repeat(octets % 3);

const detached = (): Uint8Array => {
  const octets = Uint8Array.of(1, 2);
  structuredClone(octets.buffer, { transfer: [octets.buffer] });
  return octets;
};

describe("requestDevice/canonicalizeFilter", () => {
  const TYPE_ERRORS: readonly [string, unknown][] = [
    ["no-arguments", undefined],
    ["no-arguments", {}],
    ["no-arguments", null],
    ["filters-xor-acceptAllDevices", { filters: [{ name: "x" }], acceptAllDevices: true }],
    ["filters-xor-acceptAllDevices", { acceptAllDevices: false }],
    ["filters-xor-acceptAllDevices", { optionalServices: ["heart_rate"] }],
    ["empty-filters-member", { filters: [] }],
    ["empty-filters-member", { filters: [], optionalServices: ["heart_rate"] }],
    ["empty-filter", { filters: [{}] }],
    ["empty-filter", { filters: [{ name: "x" }, {}] }],
    ["empty-exclusion-filters-member", { filters: [{ name: "x" }], exclusionFilters: [] }],
    ["empty-exclusion-filter", { filters: [{ name: "x" }], exclusionFilters: [{}] }],
    ["exclusion-filters-require-filters", { acceptAllDevices: true, exclusionFilters: [{ name: "x" }] }],
    ["exclusion-filters-require-filters", { exclusionFilters: [{ name: "x" }] }],
    ["empty-services-member", { filters: [{ services: [] }] }],
    ["empty-services-member", { filters: [{ services: [], name: "x" }] }],
    ["empty-namePrefix", { filters: [{ namePrefix: "" }] }],
    ["empty-namePrefix", { filters: [{ namePrefix: "", name: "x" }] }],
    ["empty-manufacturerData-member", { filters: [{ manufacturerData: [] }] }],
    [
      "empty-dataPrefix",
      { filters: [{ manufacturerData: [{ companyIdentifier: 1, dataPrefix: new Uint8Array() }] }] },
    ],
    [
      "dataPrefix-buffer-is-detached",
      { filters: [{ manufacturerData: [{ companyIdentifier: 1, dataPrefix: detached() }] }] },
    ],
    [
      "mask-buffer-is-detached",
      {
        filters: [
          { manufacturerData: [{ companyIdentifier: 1, dataPrefix: Uint8Array.of(1), mask: detached() }] },
        ],
      },
    ],
    [
      "data-prefix-and-mask-size",
      {
        filters: [
          {
            manufacturerData: [
              { companyIdentifier: 1, dataPrefix: Uint8Array.of(1), mask: Uint8Array.of(1, 2) },
            ],
          },
        ],
      },
    ],
    [
      "data-prefix-and-mask-size",
      { filters: [{ manufacturerData: [{ companyIdentifier: 1, mask: Uint8Array.of(1) }] }] },
    ],
    ["invalid-companyIdentifier", { filters: [{ manufacturerData: [{}] }] }],
    ["invalid-companyIdentifier", { filters: [{ manufacturerData: [{ companyIdentifier: -1 }] }] }],
    ["invalid-companyIdentifier", { filters: [{ manufacturerData: [{ companyIdentifier: 0x1_0000 }] }] }],
    [
      "same-company-identifier",
      { filters: [{ manufacturerData: [{ companyIdentifier: 1 }, { companyIdentifier: 1 }] }] },
    ],
    ["max-length-exceeded-name", { filters: [{ name: plain(249) }] }],
    ["max-length-exceeded-name-unicode", { filters: [{ name: snowmen(249) }] }],
    ["max-length-exceeded-namePrefix", { filters: [{ namePrefix: plain(249) }] }],
    ["max-length-exceeded-namePrefix-unicode", { filters: [{ namePrefix: snowmen(249) }] }],
    ["wrong-service-in-services-member", { filters: [{ services: ["wrong_service"] }] }],
    ["wrong-service-in-services-member", { filters: [{ services: ["heart_rate", "HEART_RATE"] }] }],
    ["wrong-service-in-services-member", { filters: [{ services: [HEART_RATE.toUpperCase()] }] }],
    [
      "wrong-service-in-optionalServices-member",
      { filters: [{ name: "x" }], optionalServices: ["wrong_service"] },
    ],
    ["wrong-service-in-optionalServices-member", { acceptAllDevices: true, optionalServices: [""] }],
    ["(not a sequence)", { filters: "heart_rate" }],
    ["(not a dictionary)", "heart_rate"],
  ];
  for (const [name, options] of TYPE_ERRORS)
    test(`${name}: ${JSON.stringify(options)?.slice(0, 90)} is a TypeError`, () => {
      assert.throws(() => canonicalRequest(options), TypeError);
    });

  const LENGTHS: readonly [string, number, (octets: number) => string, "name" | "namePrefix"][] = [
    ["max-length-name", 248, plain, "name"],
    ["max-length-name-unicode", 248, snowmen, "name"],
    ["max-length-namePrefix", 248, plain, "namePrefix"],
    ["max-length-namePrefix-unicode", 248, snowmen, "namePrefix"],
    ["device-name-longer-than-29-bytes", 30, plain, "name"],
    ["unicode-valid-length-name-name", 29, snowmen, "name"],
    ["unicode-valid-length-name-namePrefix", 29, snowmen, "namePrefix"],
  ];
  for (const [name, octets, text, member] of LENGTHS)
    test(`${name}: ${octets} octets are taken`, () => {
      const value = text(octets);
      assert.equal(new TextEncoder().encode(value).length, octets);
      const { filters } = canonicalRequest({ filters: [{ [member]: value }] });
      assert.equal(filters?.[0]?.[member], value);
    });

  test("names, aliases and UUIDs of services mean the same", () => {
    const { services } = canonicalRequest({ filters: [{ services: ["heart_rate", 0x180d, HEART_RATE] }] });
    assert.deepEqual([...services], [HEART_RATE]);
  });

  test("an empty name is a filter of its own, for devices that say an empty name", () => {
    const { filters } = canonicalRequest({ filters: [{ name: "" }] });
    assert.deepEqual(filters, [{ name: "" }]);
  });
});

describe("requestDevice", () => {
  const security = { name: "SecurityError" };

  test("blocklisted-service-in-filter: refused with a SecurityError, by name, alias and UUID", () => {
    for (const service of ["human_interface_device", 0x1812, "00001812-0000-1000-8000-00805f9b34fb"])
      assert.throws(() => canonicalRequest({ filters: [{ services: [service] }] }), security);
    assert.throws(
      () => canonicalRequest({ filters: [{ name: "x" }], exclusionFilters: [{ services: [0x1812] }] }),
      security,
    );
  });

  test("blocklisted-service-in-optionalServices: taken out without a word", () => {
    const { services } = canonicalRequest({
      acceptAllDevices: true,
      optionalServices: [0x1812, "heart_rate"],
    });
    assert.deepEqual([...services], [HEART_RATE]);
  });

  test("blocklisted-manufacturer-data-in-filter: refused where everything it finds is blocked", () => {
    const filter = (dataPrefix: Uint8Array, mask?: Uint8Array) => ({
      filters: [{ manufacturerData: [{ companyIdentifier: 0x4c, dataPrefix, ...(mask && { mask }) }] }],
    });
    assert.throws(() => canonicalRequest(filter(Uint8Array.of(0x02))), security);
    assert.throws(
      () => canonicalRequest(filter(Uint8Array.of(0x02, 0x15), Uint8Array.of(0xff, 0))),
      security,
    );
    canonicalRequest(filter(Uint8Array.of(0x03)));
    canonicalRequest(filter(Uint8Array.of(0x02), Uint8Array.of(0x0f)));
    canonicalRequest({ filters: [{ manufacturerData: [{ companyIdentifier: 0x4c }] }] });
  });

  test("service data follows the same rules as manufacturer data", () => {
    const data = (...serviceData: unknown[]) => ({ filters: [{ serviceData }] });
    assert.throws(() => canonicalRequest(data()), TypeError);
    assert.throws(() => canonicalRequest(data({ service: 0x180d }, { service: "heart_rate" })), TypeError);
    assert.throws(() => canonicalRequest(data({})), TypeError);
    assert.throws(() => canonicalRequest(data({ service: 0x1812 })), security);
    assert.deepEqual([...canonicalRequest(data({ service: 0x180d })).services], [HEART_RATE]);
  });
});
