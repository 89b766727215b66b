/** The complete truth table: what one refused request may lead to. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Raise } from "../../../hci/device/raise-security.ts";
import { howToRaise } from "../../../hci/device/raise-security.ts";

const SECURITIES = {
  clear: null,
  "Just Works": { authenticated: false, secureConnections: true },
  "legacy passkey": { authenticated: true, secureConnections: false },
  "everything there is": { authenticated: true, secureConnections: true },
} as const;
const NAMES = ["clear", "Just Works", "legacy passkey", "everything there is"] as const;
const YES_NO = [false, true] as const;

/** The rules as sentences, in the order in which they hold. */
function expected(
  code: number,
  on: keyof typeof SECURITIES,
  bonded: boolean,
  wanted: boolean,
  paired: boolean,
): Raise {
  if (code === 0x0c) return "give-up";
  if (on === "clear" && bonded) return "encrypt";
  if (paired || !wanted) return "give-up";
  if (on === "clear") return "pair";
  return on === "everything there is" ? "give-up" : "upgrade";
}

let count = 0;
for (const code of [0x05, 0x0c, 0x0f]) {
  for (const on of NAMES) {
    for (const bonded of YES_NO) {
      for (const pairingWanted of YES_NO) {
        for (const paired of YES_NO) {
          count++;
          const facts = { security: SECURITIES[on], bonded, pairingWanted, paired };
          const how = expected(code, on, bonded, pairingWanted, paired);
          const said = `${bonded ? "bonded" : "no bond"}, ${pairingWanted ? "wanted" : "not wanted"}${paired ? ", paired" : ""}`;
          test(`0x${code.toString(16)} on ${on}, ${said}: ${how}`, () => {
            assert.equal(howToRaise(code, facts), how);
          });
        }
      }
    }
  }
}

test("nothing pairs that nobody asked for, and nothing pairs twice", () => {
  assert.equal(count, 96);
  for (const code of [0x05, 0x0c, 0x0f]) {
    for (const security of Object.values(SECURITIES)) {
      for (const bonded of YES_NO) {
        const unwanted = howToRaise(code, { security, bonded, pairingWanted: false, paired: false });
        const again = howToRaise(code, { security, bonded, pairingWanted: true, paired: true });
        for (const how of [unwanted, again]) assert.ok(how === "give-up" || how === "encrypt", how);
      }
    }
  }
});
