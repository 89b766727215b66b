/** An installation of Bondkeeper that signs what a test wants it to say. */
import type { BondResult } from "../../../src/bonds/result.ts";
import {
  type Addressee,
  claimsOf,
  generateSigningKey,
  keyIdOf,
  printPublicKey,
  signClaims,
} from "../../../src/sdk/signed-result.ts";

export const RESULT: BondResult = {
  code: 0,
  name: "ok",
  reason: null,
  mode: "ensure",
  bondId: "bond-1",
  device: "Front door",
  transport: "dongle",
  level: "authenticated",
  keySize: 16,
  evidence: "access-verified",
  provenAt: "2026-06-01T10:00:00.000Z",
  persisted: true,
  bondChanged: "none",
  halfBondSuspected: false,
  remedy: "continue",
  failure: { kind: "unknown", name: "Error", text: "internal words" },
  steps: [],
  appVersion: "0.1.0",
};

export class Installation {
  readonly publicKey: string;
  readonly privateKey: CryptoKey;
  readonly keyId: string;

  private constructor(publicKey: string, keyId: string, privateKey: CryptoKey) {
    this.publicKey = publicKey;
    this.keyId = keyId;
    this.privateKey = privateKey;
  }

  static async create(): Promise<Installation> {
    const { publicKey, privateKey } = await generateSigningKey();
    const printed = await printPublicKey(publicKey);
    return new Installation(printed, await keyIdOf(printed), privateKey);
  }

  /** For a page at consumer.example, now and for a minute, unless told otherwise. */
  addressee(change: Partial<Addressee> = {}): Addressee {
    const issued = change.issued ?? Date.now();
    return {
      keyId: this.keyId,
      audience: "https://consumer.example",
      nonce: "n".repeat(22),
      issued,
      expires: issued + 60_000,
      ...change,
    };
  }

  /** `PAYLOAD.SIGNATURE` */
  sign(change: Partial<Addressee> = {}, result: Partial<BondResult> = {}): Promise<string> {
    return signClaims(claimsOf({ ...RESULT, ...result }, this.addressee(change)), this.privateKey);
  }
}
