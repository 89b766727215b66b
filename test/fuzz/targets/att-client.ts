import { AttBearer } from "../../../hci/att/bearer.ts";
import { concat } from "../../../hci/codec/bytes.ts";
import { uuidOf } from "../../../hci/codec/uuid.ts";
import { GattClient } from "../../../hci/gatt/client.ts";
import { readMultipleVariable } from "../../../hci/gatt/values.ts";
import type { Channel } from "../../../hci/l2cap/channel.ts";
import type { Bytes } from "../../../hci/ports.ts";
import { ManualClock, settle } from "../../support/manual-clock.ts";
import type { Random } from "../../support/random.ts";
import { mostlyMutated, plausible } from "../mutate.ts";
import type { Target } from "../target.ts";
import { must } from "../target.ts";

const CHARACTERISTIC = {
  declaration: 2,
  handle: 3,
  end: 4,
  uuid: uuidOf(0xfff1),
  properties: {
    broadcast: false,
    read: true,
    writeWithoutResponse: true,
    write: true,
    notify: true,
    indicate: true,
    authenticatedSignedWrites: false,
    extended: false,
  },
  descriptors: [{ handle: 4, uuid: uuidOf(0x2902) }],
};

/** What the server of `request` could say, right or nearly right. */
function answerTo(random: Random, request: Uint8Array): Bytes {
  const [opcode = 0] = request;
  const value = plausible(random, random.below(random.pick([3, 22, 25])));
  switch (random.below(8)) {
    case 0:
      return concat([
        0x01,
        opcode,
        request[1] ?? 0,
        request[2] ?? 0,
        random.pick([1, 5, 7, 0x0a, 0x0b, 0x0c, 0x0e, 0x0f, 0x12]),
      ]);
    case 1:
      return concat([random.pick([0x1b, 0x1d, 0x23]), 3, 0], value);
    case 2:
      return plausible(random, random.below(26));
    default:
  }
  switch (opcode) {
    case 0x02:
      return Uint8Array.of(0x03, random.pick([0, 22, 23, 64, 255]), random.below(3));
    case 0x08:
      return concat([0x09, random.pick([18, 2, 1, 0]), 3, 0], plausible(random, 16));
    case 0x16: // the echo
      return concat([0x17], request.subarray(1));
    default:
      return concat([opcode + 1], opcode === 0x12 || opcode === 0x18 ? [] : value);
  }
}

class Server implements Channel {
  onPdu: (pdu: Uint8Array) => void = () => {};
  onClosed: (reason: Error) => void = () => {};
  readonly requests: Uint8Array[] = [];
  confirmations = 0;

  async send(pdu: Uint8Array): Promise<void> {
    if (pdu[0] === 0x1e) this.confirmations++;
    else if (((pdu[0] ?? 0) & 0x40) === 0) this.requests.push(pdu);
  }
}

function ask(random: Random, client: GattClient, bearer: AttBearer): Promise<unknown> {
  const handle = 1 + random.below(8);
  switch (random.below(8)) {
    case 0:
      return bearer.exchangeMtu(517);
    case 1:
      return client.readDatabaseHash();
    case 2:
      return client.write(handle, random.octets(random.pick([1, 20, 21, 100])));
    case 3:
      return client.writeAll([
        { handle, value: random.octets(3) },
        { handle: 9, value: random.octets(30) },
      ]);
    case 4:
      return client.subscribe(CHARACTERISTIC, () => {});
    case 5:
      return readMultipleVariable(bearer, [3, 5]);
    case 6:
      return client.writeWithoutResponse(handle, random.octets(3));
    default:
      return client.read(handle);
  }
}

/** A GATT client against a hostile server: no value before its time, no answer for two, no waiter forgotten. */
export const attClient: Target = {
  name: "att-client",
  share: 120,
  async run(random) {
    const clock = new ManualClock();
    const channel = new Server();
    const bearer = new AttBearer(channel, clock);
    let opened = false;
    const client = new GattClient(bearer, { raiseSecurity: async () => random.below(2) === 0 });
    client.adopt({ services: [] }, random.octets(16));
    let open = 0;
    let fault: string | undefined; // what a listener throws is kept from the receive path
    const listened = client.subscribe(CHARACTERISTIC, (value) => {
      if (!opened) fault = "a value was delivered before the link was secure";
      if (value.length > bearer.mtu - 3) fault = "a value is longer than a PDU";
    });
    const track = (work: Promise<unknown>): void => {
      open++;
      const settled = (): void => void open--;
      work.then(settled, settled);
    };
    track(listened);
    const count = 8 + random.below(30);
    for (let i = 0; i < count; i++) {
      if (random.below(3) === 0) track(ask(random, client, bearer));
      if (random.below(20) === 0) {
        opened = !opened;
        if (opened) client.open();
        else client.shut();
      }
      const before = bearer.requests;
      const confirmed = channel.confirmations;
      const pdu = mostlyMutated(random, answerTo(random, channel.requests.at(-1) ?? new Uint8Array(0)));
      channel.onPdu(pdu);
      must(bearer.requests - before <= 1, "one answer let several requests out");
      const indicated = pdu[0] === 0x1d && pdu.length >= 3 && pdu.length <= bearer.mtu;
      must(channel.confirmations - confirmed === (indicated ? 1 : 0), "indications and confirmations differ");
      must(fault === undefined, fault ?? "");
      if (random.below(3) > 0) await settle();
    }
    if (random.below(2) === 0) channel.onClosed(new Error("The link ended"));
    else await clock.advance(31_000);
    await settle();
    must(open === 0, `${open} calls wait for ever`);
    must(clock.pending === 0, "a timer was left behind");
    return count;
  },
};
