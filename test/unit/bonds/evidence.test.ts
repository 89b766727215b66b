import assert from "node:assert/strict";
import { test } from "node:test";
import {
  levelVerdict,
  observeAccess,
  stateOf,
  strongest,
  withProof,
  withSuspicion,
} from "../../../src/bonds/evidence.ts";
import { matchPeer, offers } from "../../../src/bonds/record.ts";
import { generalVerdict, suspicionFrom } from "../../../src/bonds/verdict.ts";
import { MAX_PROOFS } from "../../../src/storage/records.ts";
import { iso, PROBE, PROOF, PROVEN, RECORD, START } from "../../support/bond-rig.ts";
import { LOCK_SERVICE, PROBE_REF, ScriptedPeer, TABLE } from "../../support/scripted-backend.ts";

test("a mere record is recorded, a proof makes it proven, one on this connection proven now", () => {
  assert.equal(stateOf(RECORD).kind, "recorded");
  assert.equal(stateOf(PROVEN).kind, "proven");
  assert.equal(stateOf(PROVEN, { connectedSince: iso(START) }).kind, "proven");
  assert.equal(stateOf(PROVEN, { connectedSince: PROOF.at }).kind, "proven-now");
  assert.equal(stateOf({ ...PROVEN, suspect: { reason: "access-refused", at: PROOF.at } }).kind, "suspect");
  assert.equal(stateOf({ ...PROVEN, archived: { why: "removed", at: PROOF.at } }).kind, "archived");
});

test("a proof of another transport or local identity does not carry over", () => {
  assert.equal(stateOf({ ...PROVEN, proofs: [{ ...PROOF, transport: "dongle" }] }).kind, "recorded");
  assert.equal(stateOf({ ...PROVEN, proofs: [{ ...PROOF, localIdentity: "elsewhere" }] }).kind, "recorded");
});

test("proofs are kept newest first and bounded", () => {
  let record = RECORD;
  for (let i = 0; i < MAX_PROOFS + 5; i++) record = withProof(record, { ...PROOF, at: iso(START + i) });
  assert.equal(record.proofs.length, MAX_PROOFS);
  assert.equal(record.proofs[0]?.at, iso(START + MAX_PROOFS + 4));
});

test("the first suspicion keeps its date", () => {
  const first = withSuspicion(PROVEN, "access-refused", iso(START));
  assert.equal(withSuspicion(first, "access-refused", iso(START + 9)), first);
});

test("only a characteristic that was refused before is learned, and a chosen probe is not replaced", () => {
  assert.equal(observeAccess(RECORD, PROBE_REF, "succeeded", iso(START)), RECORD);
  const refused = observeAccess(RECORD, PROBE_REF, "refused", iso(START));
  assert.deepEqual(refused.refused, [PROBE_REF]);
  assert.equal(observeAccess(refused, PROBE_REF, "refused", iso(START)), refused);
  assert.equal(observeAccess(refused, PROBE_REF, "succeeded", iso(START)).probe?.source, "learned");
  assert.equal(observeAccess({ ...refused, probe: PROBE }, PROBE_REF, "succeeded", iso(START)).probe, PROBE);
});

test("levels: the stronger requirement counts, an unknown one is not shown", () => {
  assert.equal(strongest(null, "secure"), "secure");
  assert.equal(strongest("authenticated", "encrypted"), "authenticated");
  assert.equal(strongest(null, null), null);
  assert.equal(levelVerdict(PROBE, null), "enough");
  assert.equal(levelVerdict(PROBE, "encrypted"), "enough");
  assert.equal(levelVerdict(PROBE, "secure"), "not-shown");
  assert.equal(levelVerdict({ ...PROBE, level: "secure" }, "authenticated"), "enough");
  assert.equal(levelVerdict({ ...PROBE, level: "encrypted" }, "authenticated"), "below");
});

test("a peer is matched by id, asked about by name and services, and never taken by name alone", () => {
  const match = (peer: ScriptedPeer, records = [PROVEN], services = [LOCK_SERVICE]) =>
    matchPeer(records, peer, services, "web-bluetooth").kind;
  assert.equal(match(new ScriptedPeer("peer-1", "Other")), "same-id");
  assert.equal(match(new ScriptedPeer("peer-9", "Lock-1")), "ask");
  assert.equal(match(new ScriptedPeer("peer-9", "Lock-1"), [PROVEN], ["other"]), "unknown");
  assert.equal(match(new ScriptedPeer("peer-9", undefined)), "unknown");
  assert.equal(
    match(new ScriptedPeer("peer-9", "Lock-1"), [PROVEN, { ...PROVEN, id: "b", platformId: "p" }]),
    "unknown",
  );
  assert.equal(match(new ScriptedPeer("peer-1", "Lock-1"), [{ ...PROVEN, transport: "demo" }]), "unknown");
});

test("a probe is offered only where that instance exists and can be read", () => {
  assert.equal(offers(TABLE, PROBE_REF), true);
  assert.equal(offers(TABLE, { ...PROBE_REF, instance: 1 }), false);
  const writeOnly = structuredClone(TABLE.services[0]);
  assert.ok(writeOnly !== undefined);
  const table = {
    services: [
      {
        ...writeOnly,
        characteristics: [
          {
            ...writeOnly.characteristics[0],
            uuid: PROBE_REF.characteristic,
            properties: ["write" as const],
            descriptors: [],
          },
        ],
      },
    ],
  };
  assert.equal(offers(table, PROBE_REF), false);
});

test("a device that is away, busy or failing in general says nothing about the bond", () => {
  for (const failure of [
    { kind: "unreachable", detail: "unknown" },
    { kind: "link-lost", during: "read" },
    { kind: "timeout", during: "read", afterMs: 1 },
    { kind: "att-error" },
    { kind: "unknown", name: "Error", text: "?" },
    { kind: "pairing-failed", reason: "os-canceled" },
    { kind: "cancelled", by: "caller" },
  ] as const) {
    assert.equal(suspicionFrom(failure), null, failure.kind);
  }
});

test("failures become the contract's codes", () => {
  const name = (failure: Parameters<typeof generalVerdict>[0]) => generalVerdict(failure).name;
  assert.equal(name({ kind: "cancelled", by: "chooser" }), "cancelled");
  assert.equal(name({ kind: "adapter", state: "off" }), "adapter");
  assert.equal(name({ kind: "api-missing", why: "insecure-context" }), "unsupported");
  assert.equal(name({ kind: "blocked", by: "permissions-policy" }), "permission");
  assert.equal(name({ kind: "permission-lost" }), "permission");
  assert.equal(name({ kind: "service-not-allowed", why: "blocklisted" }), "unsupported");
  assert.equal(name({ kind: "key-refused", reason: "key-missing" }), "peer-key-missing");
  assert.equal(name({ kind: "needs-gesture" }), "usage");
});
