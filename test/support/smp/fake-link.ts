/** Two ends of one link whose controllers really compare the keys, as testbed rules E1 to E4 ask. */
import { equal } from "../../../hci/codec/bytes.ts";
import type { Address, LongTermKey, SecureLink } from "../../../hci/ports.ts";

/** As the host reports a status of the controller. */
export class FakeHciError extends Error {
  override readonly name = "HciError";
  readonly status: number;

  constructor(status: number) {
    super(`Cannot encrypt: status 0x${status.toString(16).padStart(2, "0")}`);
    this.status = status;
  }
}

/** One end, moved by the test or by `linkPair`. */
export class FakeLink implements SecureLink {
  encrypted = false;
  onLongTermKeyRequest: SecureLink["onLongTermKeyRequest"];
  onEncryptionChange: SecureLink["onEncryptionChange"];
  readonly role: "central" | "peripheral";
  readonly localAddress: Address;
  readonly peerAddress: Address;
  /** Reasons given to `disconnect`. */
  readonly disconnected: number[] = [];
  /** Every key given to `encrypt`, as a controller has it: the host zeroes its own octets. */
  readonly keys: LongTermKey[] = [];
  /** What `encrypt` does; tests and `linkPair` put theirs here. */
  onEncrypt: (key: LongTermKey) => Promise<void> = () => this.#pending.promise;
  onDisconnect: (reason: number) => void = () => {};
  readonly #pending = Promise.withResolvers<void>();

  constructor(role: "central" | "peripheral", localAddress: Address, peerAddress: Address) {
    this.role = role;
    this.localAddress = localAddress;
    this.peerAddress = peerAddress;
  }

  encrypt(key: LongTermKey): Promise<void> {
    this.keys.push({ ...key, value: key.value.slice(), rand: key.rand.slice() });
    return this.onEncrypt(key);
  }

  async disconnect(reason: number): Promise<void> {
    this.disconnected.push(reason);
    this.onDisconnect(reason);
  }

  /** Lets a call of `encrypt` that nobody else answers succeed, or fail with `status`. */
  finishEncrypt(status = 0): void {
    if (status === 0) this.#pending.resolve();
    else this.#pending.reject(new FakeHciError(status));
  }

  /** The controller reports a change. */
  report(encrypted: boolean, status = 0): void {
    this.encrypted = encrypted;
    this.onEncryptionChange?.({ encrypted, status });
  }
}

export interface LinkPair {
  readonly central: FakeLink;
  readonly peripheral: FakeLink;
}

/** `end` is called when the controllers or one of the hosts end the link. */
export function linkPair(a: Address, b: Address, end: (reason: Error) => void): LinkPair {
  const central = new FakeLink("central", a, b);
  const peripheral = new FakeLink("peripheral", b, a);
  for (const link of [central, peripheral]) link.onDisconnect = () => end(new FakeHciError(0x16));
  central.onEncrypt = async (key) => {
    const answer = await peripheral.onLongTermKeyRequest?.(key.rand, key.ediv);
    if (answer === null || answer === undefined) {
      central.report(central.encrypted, 0x06);
      throw new FakeHciError(0x06);
    }
    if (!equal(answer.value, key.value)) {
      end(new FakeHciError(0x3d));
      throw new FakeHciError(0x3d);
    }
    peripheral.report(true);
    central.report(true);
  };
  return { central, peripheral };
}
