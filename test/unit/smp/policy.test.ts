import assert from "node:assert/strict";
import { test } from "node:test";
import type { Bond } from "../../../hci/ports.ts";
import type { PairingPolicy, Strength } from "../../../hci/smp/policy.ts";
import {
  answers,
  DEFAULT_POLICY,
  levelOf,
  requirementOf,
  satisfies,
  strengthOf,
} from "../../../hci/smp/policy.ts";
import { bondWith } from "../../support/smp/bonds.ts";

const BOOLEANS = [false, true] as const;

function* strengths(): Generator<Strength> {
  for (const secureConnections of BOOLEANS)
    for (const authenticated of BOOLEANS)
      for (let keySize = 7; keySize <= 16; keySize++) yield { secureConnections, authenticated, keySize };
}

test("Every strength has one level, and legacy pairing never more than the lowest", () => {
  for (const strength of strengths()) {
    const { secureConnections, authenticated, keySize } = strength;
    const expected =
      !secureConnections || !authenticated ? "encrypted" : keySize === 16 ? "secure" : "authenticated";
    assert.equal(levelOf(strength), expected);
  }
});

test("B1(c) strengths are compared fact by fact: none makes up for another, in all 1600 pairs", () => {
  for (const have of strengths())
    for (const need of strengths()) {
      const missing =
        (need.secureConnections && !have.secureConnections) ||
        (need.authenticated && !have.authenticated) ||
        have.keySize < need.keySize;
      assert.equal(satisfies(have, need), !missing);
    }
});

test("C9 the requirement of every policy: legacy off, MITM required or a minimum level each raise it, none lowers it", () => {
  for (const legacy of BOOLEANS)
    for (const mitm of ["required", "preferred", "off"] as const)
      for (const minimumLevel of ["encrypted", "authenticated", "secure"] as const)
        for (let minimumKeySize = 7; minimumKeySize <= 16; minimumKeySize++) {
          const policy: PairingPolicy = { ...DEFAULT_POLICY, legacy, mitm, minimumLevel, minimumKeySize };
          assert.deepEqual(requirementOf(policy), {
            secureConnections: !legacy || minimumLevel !== "encrypted",
            authenticated: mitm === "required" || minimumLevel !== "encrypted",
            keySize: minimumLevel === "secure" ? 16 : minimumKeySize,
          });
        }
});

test("B1(d) a bond that is replaced raises the requirement to its own strength, whatever the policy allows", () => {
  const lax: PairingPolicy = { ...DEFAULT_POLICY, legacy: true, mitm: "off", minimumKeySize: 7 };
  for (const strength of strengths()) assert.deepEqual(requirementOf(lax, bondWith(strength)), strength);
});

test("The strength of a bond with two keys is that of the shorter", () => {
  const bond: Bond = bondWith({ secureConnections: false, authenticated: true, keySize: 16 });
  const [long, short] = [bond.asCentral, bondWith({ ...strengthOf(bond), keySize: 9 }).asPeripheral];
  assert.equal(strengthOf({ ...bond, asCentral: long, asPeripheral: short }).keySize, 9);
});

test("A Security Request is answered by a bond that has what it asks for", () => {
  for (const strength of strengths())
    for (const mitm of BOOLEANS)
      for (const secureConnections of BOOLEANS) {
        const asked = { bonding: true, mitm, secureConnections, keypress: false };
        const missing =
          (mitm && !strength.authenticated) || (secureConnections && !strength.secureConnections);
        assert.equal(answers(strength, asked), !missing);
      }
});

test("The default is Secure Connections only, 16 octets", () => {
  assert.deepEqual(requirementOf(DEFAULT_POLICY), {
    secureConnections: true,
    authenticated: false,
    keySize: 16,
  });
});
