/** AES-128 against the standard's example and, block by block, against OpenSSL. */
import assert from "node:assert/strict";
import { createCipheriv } from "node:crypto";
import { describe, test } from "node:test";
import { fromHex, toHex } from "../../../hci/codec/bytes.ts";
import { aes128, SUB } from "../../../src/crypto/aes128.ts";
import { SBOX_GATES } from "../../../src/crypto/simd/sbox-circuit.ts";
import { Random } from "../../support/random.ts";

describe("AES-128", () => {
  test("agrees with FIPS 197 Appendix B and C.1", () => {
    const examples = [
      [
        "2b7e151628aed2a6abf7158809cf4f3c",
        "3243f6a8885a308d313198a2e0370734",
        "3925841d02dc09fbdc118597196a0b32",
      ],
      [
        "000102030405060708090a0b0c0d0e0f",
        "00112233445566778899aabbccddeeff",
        "69c4e0d86a7b0430d8cdb78070b4c55a",
      ],
    ] as const;
    for (const [key, block, expected] of examples)
      assert.equal(toHex(aes128.encrypt(fromHex(key), fromHex(block))), expected);
  });

  test("agrees with OpenSSL for thousands of keys and blocks", () => {
    const random = new Random(197);
    for (let i = 0; i < 5000; i++) {
      const [key, block] = [random.octets(16), random.octets(16)];
      const cipher = createCipheriv("aes-128-ecb", key, null).setAutoPadding(false);
      assert.equal(toHex(aes128.encrypt(key, block)), cipher.update(block).toString("hex"));
    }
  });

  test("leaves key and block as they are", () => {
    const [key, block] = [new Uint8Array(16).fill(1), new Uint8Array(16).fill(2)];
    aes128.encrypt(key, block);
    assert.ok(key.every((octet) => octet === 1) && block.every((octet) => octet === 2));
  });

  test("refuses a key or a block of another length", () => {
    const sixteen = new Uint8Array(16);
    for (const octets of [0, 15, 17, 24, 32]) {
      const other = new Uint8Array(octets);
      assert.throws(() => aes128.encrypt(other, sixteen), /Cannot encrypt: the key has \d+ octets, not 16/);
      assert.throws(() => aes128.encrypt(sixteen, other), /Cannot encrypt: the block has \d+ octets, not 16/);
    }
  });

  test("the circuit computes the S-box without its constant, for every octet", () => {
    for (let value = 0; value < 256; value++) {
      const wires = new Map<string, number>();
      for (let bit = 0; bit < 8; bit++) wires.set(`x${bit}`, (value >> (7 - bit)) & 1);
      for (const { out, left, right, kind } of SBOX_GATES) {
        const [a, b] = [wires.get(left), wires.get(right)];
        assert(a !== undefined && b !== undefined, `${out} needs ${left} and ${right}`);
        wires.set(out, kind === "and" ? a & b : a ^ b);
      }
      const result = [0, 1, 2, 3, 4, 5, 6, 7].reduce((sum, bit) => sum * 2 + (wires.get(`s${bit}`) ?? 0), 0);
      assert.equal(result ^ 0x63, SUB[value]);
    }
  });
});
