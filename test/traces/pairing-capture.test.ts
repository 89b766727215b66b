import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { ExchangeMtuReq, ExchangeMtuRsp, HandleValueNtf, ReadReq, ReadRsp } from "../../hci/att/pdus.ts";
import { toHex } from "../../hci/codec/bytes.ts";
import { encodePdu } from "../../hci/codec/pdu.ts";
import type { AdvertisingEnd } from "../../hci/gap/advertiser.ts";
import { Gap } from "../../hci/gap/gap.ts";
import { newIdentity } from "../../hci/gap/own-address.ts";
import { Host } from "../../hci/host/host.ts";
import type { Link } from "../../hci/host/link.ts";
import { L2cap } from "../../hci/l2cap/l2cap.ts";
import type { Bond } from "../../hci/ports.ts";
import { Backoff } from "../../hci/smp/backoff.ts";
import type { PairingPolicy } from "../../hci/smp/policy.ts";
import { DEFAULT_POLICY } from "../../hci/smp/policy.ts";
import { SecurityManager } from "../../hci/smp/security-manager.ts";
import { btsnoop } from "../../hci/trace/btsnoop.ts";
import { describe as lineOf } from "../../hci/trace/describe.ts";
import { Trace, traced } from "../../hci/trace/trace.ts";
import { VirtualController } from "../../hci/virtual/controller.ts";
import { Radio } from "../../hci/virtual/radio.ts";
import { nodeCrypto } from "../support/crypto.ts";
import { ManualClock, settle } from "../support/manual-clock.ts";
import { whyNoTshark } from "../support/requirements.ts";
import { MemoryKeyStore } from "../support/smp/memory-key-store.ts";
import { Person } from "../support/smp/person.ts";

const decoder = new TextDecoder();
const encoder = new TextEncoder();
const text = {
  decode: (utf8: Uint8Array) => decoder.decode(utf8),
  encode: (string: string) => Uint8Array.from(encoder.encode(string)),
};

class Side {
  readonly trace: Trace;
  readonly person = new Person();
  readonly keys = new MemoryKeyStore();
  readonly identity = newIdentity(nodeCrypto);
  readonly #clock: ManualClock;
  readonly #radio: Radio;

  constructor(clock: ManualClock, radio: Radio) {
    this.#clock = clock;
    this.#radio = radio;
    this.trace = new Trace({ clock, unixMs: Date.UTC(2026, 0, 1) });
  }

  async start(name: string): Promise<Gap> {
    const controller = new VirtualController({
      radio: this.#radio,
      crypto: nodeCrypto,
      name,
      profile: "5.2",
    });
    const host = await Host.start(traced(controller.plug(), this.trace), this.#clock);
    return Gap.start(host, { crypto: nodeCrypto, text, identity: this.identity, privacy: true });
  }

  secure(link: Link, l2cap: L2cap, policy: Partial<PairingPolicy>): SecurityManager {
    return new SecurityManager(link, l2cap.securityManager, {
      crypto: nodeCrypto,
      clock: this.#clock,
      keys: this.keys,
      backoff: new Backoff(this.#clock),
      local: this.identity,
      peer: link.peerAddress,
      policy: { ...DEFAULT_POLICY, ...policy },
      delegate: this.person,
    });
  }
}

interface Captured {
  readonly files: readonly Uint8Array[];
  readonly lines: readonly string[];
  /** Everything that must not be in a capture, as hexadecimal. */
  readonly secrets: readonly string[];
}

/** Two hosts connect, pair, talk and disconnect; what both saw. */
async function capture(
  central: Partial<PairingPolicy>,
  peripheral: Partial<PairingPolicy>,
): Promise<Captured> {
  const clock = new ManualClock();
  const radio = new Radio({ clock, seed: 3, pace: "immediate" });
  const [a, b] = [new Side(clock, radio), new Side(clock, radio)];
  const during = async <T>(work: Promise<T>): Promise<T> => {
    const state = { settled: false };
    const finish = (): void => void (state.settled = true);
    work.then(finish, finish);
    // Real key agreement takes real time, in which the clock of the test does not move.
    for (let i = 0; !state.settled && i < 20_000; i++) await clock.advance(10);
    assert(state.settled, "nothing happened any more");
    return work;
  };
  const gapA = await during(a.start("central"));
  const gapB = await during(b.start("peripheral"));
  const ended = Promise.withResolvers<AdvertisingEnd>();
  await during(gapB.advertiser.start({ data: Uint8Array.of(2, 1, 6), connectable: true }, ended.resolve));
  const ours = await during(gapA.connect({ address: gapB.own.current }));
  const end = await during(ended.promise);
  assert("link" in end);

  const channels = [new L2cap(ours, clock), new L2cap(end.link, clock)] as const;
  const managers = [
    a.secure(ours, channels[0], central),
    b.secure(end.link, channels[1], peripheral),
  ] as const;
  const shown = async (): Promise<string> => {
    while (a.person.shown === undefined && b.person.shown === undefined) await settle();
    return a.person.shown ?? b.person.shown ?? "";
  };
  a.person.onEnter = shown;
  b.person.onEnter = shown;
  await during(managers[0].pair());
  const [att, remote] = [channels[0].attribute, channels[1].attribute];
  await during(att.send(encodePdu(ExchangeMtuReq, { mtu: 247 })));
  await during(remote.send(encodePdu(ExchangeMtuRsp, { mtu: 247 })));
  await during(att.send(encodePdu(ReadReq, { handle: 3 })));
  await during(remote.send(encodePdu(ReadRsp, { value: new Uint8Array(200).fill(0x41) })));
  await during(remote.send(encodePdu(HandleValueNtf, { handle: 5, value: Uint8Array.of(1, 2) })));
  await during(ours.disconnect(0x13));
  await clock.advance(1000);
  gapA.close();
  gapB.close();

  const bonds = [...(await a.keys.all(a.identity.address)), ...(await b.keys.all(b.identity.address))];
  assert.equal(bonds.length, 2);
  return {
    files: [btsnoop(a.trace), btsnoop(b.trace)],
    lines: [...a.trace.records, ...b.trace.records].map((record) => lineOf(record, record.direction)),
    secrets: [a, b]
      .flatMap(({ identity, person }) => [toHex(identity.irk), passkey(person)])
      .concat(bonds.flatMap(keysOf)),
  };
}

function keysOf({ asCentral, asPeripheral, irk }: Bond): string[] {
  return [asCentral?.value, asPeripheral?.value, irk].flatMap((key) =>
    key === null || key === undefined ? [] : [toHex(key)],
  );
}

/** The digits as text. */
function passkey({ shown }: Person): string {
  return toHex(encoder.encode(shown ?? ""));
}

function backwards(hex: string): string {
  return toHex(Uint8Array.from(Buffer.from(hex, "hex")).reverse());
}

const methods = [
  [
    "Secure Connections, numeric comparison",
    { ioCapability: "DisplayYesNo" },
    { ioCapability: "DisplayYesNo" },
  ],
  ["Secure Connections, passkey", { ioCapability: "KeyboardOnly" }, { ioCapability: "DisplayOnly" }],
  [
    "legacy pairing, passkey",
    { ioCapability: "KeyboardOnly", legacy: true },
    { ioCapability: "DisplayOnly", legacy: true },
  ],
] as const;

for (const [method, central, peripheral] of methods) {
  describe(`a capture of ${method}`, () => {
    test("holds none of the keys and passkeys that were used", async () => {
      const { files, lines, secrets } = await capture(central, peripheral);
      const used = secrets.filter((secret) => secret !== "");
      assert(used.length >= 4);
      for (const file of files) {
        const hex = toHex(file);
        for (const secret of used) assert(!hex.includes(secret) && !hex.includes(backwards(secret)), secret);
      }
      assert(lines.some((line) => line.includes("SMP Pairing Request")));
      assert(lines.some((line) => line.includes("ATT ATT_READ_REQ handle=3")));
      assert.deepEqual(
        lines.filter((line) => line.includes("MALFORMED")),
        [],
      );
    });

    test("is dissected by tshark by name, without a malformed packet", {
      skip: whyNoTshark() ?? false,
    }, async () => {
      const { files } = await capture(central, peripheral);
      const folder = mkdtempSync(join(tmpdir(), "capture-"));
      try {
        for (const [i, file] of files.entries()) {
          const path = join(folder, `${i}.btsnoop`);
          writeFileSync(path, file);
          const dissect = (...args: readonly string[]): string => {
            const { stdout, stderr, status } = spawnSync("tshark", ["-r", path, ...args], {
              encoding: "utf8",
            });
            assert.equal(status, 0, stderr);
            return stdout;
          };
          assert.equal(dissect("-Y", "_ws.malformed or _ws.expert.severity >= 8388608"), "");
          const info = dissect("-Y", "btsmp or btatt", "-T", "fields", "-e", "_ws.col.Info");
          for (const name of [
            "Pairing Request",
            "Pairing Response",
            "Pairing Confirm",
            "Pairing Random",
            "Identity Information",
            "Identity Address Information",
            "Exchange MTU Request",
            "Read Request",
            "Read Response",
            "Handle Value Notification",
          ]) {
            assert(info.includes(name), `no ${name} in\n${info}`);
          }
        }
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  });
}
