import assert from "node:assert/strict";
import { test } from "node:test";
import { isSameLead, type Lead, Leads } from "../../../src/state/leads.ts";
import { TextItems } from "../../support/text-items.ts";

const LEADS: readonly Lead[] = [
  { kind: "usb", usb: { vendorId: 0x0b05, productId: 0x17cb, serial: "A1" } },
  { kind: "usb", usb: { vendorId: 0x0b05, productId: 0x17cb, serial: null } },
  { kind: "serial", port: { vendorId: 0x1a86, productId: 0x7523 } },
  { kind: "serial", port: { vendorId: null, productId: null } },
  { kind: "bridge", address: "ws://127.0.0.1:9001/" },
  { kind: "simulator", number: 3 },
];

test("each kind of way to a dongle is noted over a page load, the newest one counts", () => {
  const store = new TextItems();
  for (const lead of LEADS) new Leads(store).keep(`adapter of ${JSON.stringify(lead)}`, lead);
  for (const lead of LEADS) {
    const found = new Leads(store).of(`adapter of ${JSON.stringify(lead)}`);
    assert.deepEqual(found, lead);
    for (const other of LEADS) assert.equal(found !== null && isSameLead(found, other), other === lead);
  }
  new Leads(store).keep("a", { kind: "simulator", number: 1 });
  new Leads(store).keep("a", { kind: "simulator", number: 2 });
  assert.deepEqual(new Leads(store).of("a"), { kind: "simulator", number: 2 });
  assert.equal(new Leads(store).of("b"), null);
});

test("what was stored by others leads nowhere unless it fits", () => {
  const leads = [
    null,
    "usb",
    {},
    { kind: "telnet" },
    { kind: "usb" },
    { kind: "usb", usb: { vendorId: "1", productId: 2, serial: null } },
    { kind: "usb", usb: { vendorId: 1, productId: 0x10000, serial: null } },
    { kind: "usb", usb: { vendorId: 1, productId: 2 } },
    { kind: "usb", usb: { vendorId: 1, productId: 2, serial: "x".repeat(2_000) } },
    { kind: "serial", port: null },
    { kind: "bridge", address: 7 },
    { kind: "bridge", address: "w".repeat(2_000) },
    { kind: "simulator", number: 0 },
    { kind: "simulator", number: 1.5 },
  ];
  const texts = [
    "",
    "{",
    "7",
    "null",
    "[[]]",
    "[null]",
    ...leads.map((lead) => JSON.stringify([["a", lead]])),
  ];
  for (const text of texts) {
    const store = new TextItems();
    store.setItem("bondkeeper.leads", text);
    assert.equal(new Leads(store).of("a"), null, text);
  }
});

test("dongles are not remembered without end, and the newest are; a browser that stores nothing does without", () => {
  const store = new TextItems();
  const leads = new Leads(store);
  for (let i = 1; i <= 40; i++) leads.keep(`a${i}`, { kind: "simulator", number: i });
  assert.equal(leads.of("a1"), null);
  assert.deepEqual(leads.of("a40"), { kind: "simulator", number: 40 });
  store.setItem = () => {
    throw new DOMException("The quota has been exceeded.", "QuotaExceededError");
  };
  leads.keep("new", { kind: "simulator", number: 1 });
  assert.equal(leads.of("new"), null);
});
