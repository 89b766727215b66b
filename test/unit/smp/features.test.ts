import assert from "node:assert/strict";
import { test } from "node:test";
import type { Decision, Method } from "../../../hci/smp/features.ts";
import { decide, methodOf, NO_OOB, requestFeatures, responseFeatures } from "../../../hci/smp/features.ts";
import type { IoCapability, PairingFeatures } from "../../../hci/smp/pdus.ts";
import { DEFAULT_POLICY } from "../../../hci/smp/policy.ts";
import type { PairingPolicy } from "../../../hci/smp/policy.ts";

const IO = ["DisplayOnly", "DisplayYesNo", "KeyboardOnly", "NoInputNoOutput", "KeyboardDisplay"] as const;
const BOOLEANS = [false, true] as const;

function features(
  ioCapability: IoCapability,
  flags: {
    readonly oob?: boolean;
    readonly mitm?: boolean;
    readonly sc?: boolean;
    readonly maxKeySize?: number;
  },
): PairingFeatures {
  const keys = { encKey: true, idKey: true, signKey: false, linkKey: false };
  return {
    ioCapability,
    oobData: flags.oob === true ? "present" : "absent",
    authReq: {
      bonding: true,
      mitm: flags.mitm === true,
      secureConnections: flags.sc !== false,
      keypress: false,
    },
    maxKeySize: flags.maxKeySize ?? 16,
    initiatorKeys: keys,
    responderKeys: keys,
  };
}

/**
 * Table 2.8 in letters, written down a second time: rows are the responder, columns the initiator, both in the order of
 * `IO`. J just works, N numeric comparison, I the initiator shows and the responder types, R the other way, B both type.
 */
const LEGACY = ["JJRJR", "JJRJR", "IIBJI", "JJJJJ", "IIRJI"];
const SECURE = ["JJRJR", "JNRJN", "IIBJI", "JJJJJ", "INRJN"];

function shortName(method: Method): string {
  switch (method.kind) {
    case "just-works":
      return "J";
    case "numeric-comparison":
      return "N";
    case "oob":
      return "O";
    case "passkey":
      if (method.initiator === method.responder) return "B";
      return method.initiator === "display" ? "I" : "R";
  }
}

interface Row {
  readonly name: string;
  readonly request: PairingFeatures;
  readonly response: PairingFeatures;
  readonly sc: boolean;
  readonly method: string;
}

/** Every combination of both IO capabilities, OOB flags, MITM bits and Secure Connections bits: 1600. */
function* truthTable(): Generator<Row> {
  for (const [column, io] of IO.entries())
    for (const [row, otherIo] of IO.entries())
      for (let bits = 0; bits < 64; bits++) {
        const bit = (n: number): boolean => (bits & (1 << n)) !== 0;
        const [oobI, oobR, mitmI, mitmR, scI, scR] = [bit(0), bit(1), bit(2), bit(3), bit(4), bit(5)];
        const sc = scI && scR;
        const oob = sc ? oobI || oobR : oobI && oobR;
        const byTable = (sc ? SECURE : LEGACY)[row]?.[column] ?? "?";
        yield {
          name: `${io} ${otherIo} ${bits.toString(2).padStart(6, "0")}`,
          request: features(io, { oob: oobI, mitm: mitmI, sc: scI }),
          response: features(otherIo, { oob: oobR, mitm: mitmR, sc: scR }),
          sc,
          method: oob ? "O" : mitmI || mitmR ? byTable : "J",
        };
      }
}

test("Table 2.8: the method of all 1600 pairs of features", () => {
  let rows = 0;
  for (const { name, request, response, method } of truthTable()) {
    assert.equal(shortName(methodOf(request, response)), method, name);
    rows++;
  }
  assert.equal(rows, 1600);
});

function outcome(decision: Decision): string {
  return decision.kind === "refused" ? decision.reason : shortName(decision.agreement.method);
}

test("A7 the decision of all 1600 pairs of features under every need: 6400 rows, and none is lowered", () => {
  let rows = 0;
  for (const { name, request, response, sc, method } of truthTable())
    for (const secureConnections of BOOLEANS)
      for (const authenticated of BOOLEANS) {
        const decision = decide(request, response, { secureConnections, authenticated, keySize: 16 });
        const refused = (secureConnections && !sc) || (authenticated && method === "J");
        assert.equal(outcome(decision), refused ? "AuthenticationRequirements" : method, name);
        if (decision.kind === "agreed") assert.equal(decision.agreement.secureConnections, sc, name);
        rows++;
      }
  assert.equal(rows, 6400);
});

test("A6 A5 every pair of key sizes from 0 to 255 against every minimum from 7 to 16", () => {
  const sizes = [...Array(256).keys()];
  for (const ours of [7, 8, 12, 16])
    for (const theirs of sizes)
      for (let minimum = 7; minimum <= 16; minimum++) {
        const need = { secureConnections: true, authenticated: false, keySize: minimum };
        const [a, b] = [
          features("DisplayOnly", { maxKeySize: ours }),
          features("DisplayOnly", { maxKeySize: theirs }),
        ];
        const size = Math.min(ours, theirs);
        const expected = theirs > 16 ? "InvalidParameters" : size < minimum ? "EncryptionKeySize" : "J";
        for (const decision of [decide(a, b, need), decide(b, a, need)]) {
          assert.equal(outcome(decision), expected, `${ours} ${theirs} ${minimum}`);
          if (decision.kind === "agreed") assert.equal(decision.agreement.keySize, size);
        }
      }
});

test("Keys are those that both set; with Secure Connections no LTK is distributed", () => {
  for (let bits = 0; bits < 16; bits++) {
    const bit = (n: number): boolean => (bits & (1 << n)) !== 0;
    const keys = (enc: boolean, id: boolean): PairingFeatures["initiatorKeys"] => ({
      encKey: enc,
      idKey: id,
      signKey: true,
      linkKey: true,
    });
    for (const sc of BOOLEANS) {
      const request = { ...features("DisplayOnly", { sc }), initiatorKeys: keys(bit(0), bit(1)) };
      const response = { ...features("DisplayOnly", { sc }), initiatorKeys: keys(bit(2), bit(3)) };
      const decision = decide(request, response, {
        secureConnections: false,
        authenticated: false,
        keySize: 16,
      });
      assert(decision.kind === "agreed");
      assert.deepEqual(decision.agreement.initiatorKeys, {
        encKey: bit(0) && bit(2) && !sc,
        idKey: bit(1) && bit(3),
      });
    }
  }
});

const POLICIES: readonly Partial<PairingPolicy>[] = [
  {},
  { bondable: false },
  { legacy: true },
  { mitm: "required" },
  { mitm: "off" },
  { keypress: true },
  { minimumLevel: "secure" },
  { ownKeys: { encKey: false, idKey: true }, peerKeys: { encKey: true, idKey: false } },
];

test("B6 B9 A7 whatever the policy and the peer's bits, we never set a bit for link keys, signing or more than was offered", () => {
  for (const change of POLICIES)
    for (const ioCapability of IO) {
      const policy = { ...DEFAULT_POLICY, ...change, ioCapability };
      const request = requestFeatures(policy, NO_OOB);
      for (const keys of [request.initiatorKeys, request.responderKeys])
        assert.deepEqual([keys.signKey, keys.linkKey], [false, false]);
      for (let bits = 0; bits < 4; bits++) {
        const offered = { encKey: (bits & 1) !== 0, idKey: (bits & 2) !== 0, signKey: true, linkKey: true };
        const peer = { ...features("KeyboardDisplay", {}), initiatorKeys: offered, responderKeys: offered };
        const response = responseFeatures(peer, policy, NO_OOB);
        for (const keys of [response.initiatorKeys, response.responderKeys]) {
          assert.deepEqual([keys.signKey, keys.linkKey], [false, false]);
          assert(!(keys.encKey && !offered.encKey) && !(keys.idKey && !offered.idKey));
        }
      }
    }
});

test("To a NoInputNoOutput peer without MITM our response has MITM = 0", () => {
  const response = responseFeatures(features("NoInputNoOutput", {}), DEFAULT_POLICY, NO_OOB);
  assert.equal(response.authReq.mitm, false);
});

test("Where MITM is required the response says so, and the decision refuses what cannot give it", () => {
  const policy: PairingPolicy = { ...DEFAULT_POLICY, mitm: "required" };
  const request = features("NoInputNoOutput", {});
  const response = responseFeatures(request, policy, NO_OOB);
  assert.equal(response.authReq.mitm, true);
  const need = { secureConnections: true, authenticated: true, keySize: 16 };
  assert.equal(outcome(decide(request, response, need)), "AuthenticationRequirements");
});

test("The MITM bit is asked for only where our side could protect: not without input, output and OOB data", () => {
  const mitm = (change: Partial<PairingPolicy>, oob = NO_OOB): boolean =>
    requestFeatures({ ...DEFAULT_POLICY, ...change }, oob).authReq.mitm;
  assert.equal(mitm({}), true);
  assert.equal(mitm({ mitm: "off" }), false);
  assert.equal(mitm({ ioCapability: "NoInputNoOutput" }), false);
  assert.equal(mitm({ ioCapability: "NoInputNoOutput" }, { ...NO_OOB, ownData: true }), true);
  assert.equal(mitm({ ioCapability: "NoInputNoOutput", mitm: "required" }), true);
});

test("B8 a peer that does not bond is asked for no keys and offered none", () => {
  const request = features("KeyboardDisplay", {});
  const loose = { ...request, authReq: { ...request.authReq, bonding: false } };
  const response = responseFeatures(loose, DEFAULT_POLICY, NO_OOB);
  const nothing = { encKey: false, idKey: false, signKey: false, linkKey: false };
  assert.deepEqual([response.initiatorKeys, response.responderKeys], [nothing, nothing]);
  assert.equal(response.authReq.bonding, false);
});

test("The OOB flag tells what we hold: a legacy key only where legacy pairing is allowed", () => {
  const flag = (change: Partial<PairingPolicy>, oob: typeof NO_OOB): string =>
    requestFeatures({ ...DEFAULT_POLICY, ...change }, oob).oobData;
  assert.equal(flag({}, NO_OOB), "absent");
  assert.equal(flag({}, { ...NO_OOB, ownData: true }), "absent");
  assert.equal(flag({}, { ...NO_OOB, peerData: true }), "present");
  assert.equal(flag({}, { ...NO_OOB, legacyKey: true }), "absent");
  assert.equal(flag({ legacy: true }, { ...NO_OOB, legacyKey: true }), "present");
});
