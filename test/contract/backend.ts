/**
 * What every `Backend` promises, as one suite. It names no test runner and imports nothing of Node, so that it also
 * runs inside a page against a real browser.
 */
import type { Connection, Peer } from "../../src/link/backend.ts";
import type { CharacteristicRef } from "../../src/link/gatt.ts";
import { BATTERY, CONTRACT_DEVICE, ECHO, LEVEL, TWIN, VENDOR } from "./bench.ts";
import type { ContractBench, ContractFeature, ContractHarness, ContractTest, Hangable } from "./bench.ts";
import { equal, fails, ok } from "./expect.ts";

const LEVEL_REF: CharacteristicRef = { service: BATTERY, characteristic: LEVEL, instance: 0 };
const ECHO_REF: CharacteristicRef = { service: VENDOR, characteristic: ECHO, instance: 0 };
const twin = (instance: number): CharacteristicRef => ({
  service: VENDOR,
  characteristic: TWIN,
  instance,
});
const REQUEST = { services: [], optionalServices: [BATTERY, VENDOR] } as const;
const BY_CALLER = { kind: "cancelled", by: "caller" } as const;

const never = (): AbortSignal => new AbortController().signal;
const choose = (bench: ContractBench): Promise<Peer> => bench.backend.choose(REQUEST, never());
const connect = async (bench: ContractBench): Promise<Connection> => (await choose(bench)).connect(never());

/** Registers every test of the contract for one backend. */
export function backendContract(name: string, harness: ContractHarness, test: ContractTest): void {
  const it = (
    sentence: string,
    run: (bench: ContractBench) => Promise<void>,
    needs?: ContractFeature,
  ): void => {
    if (needs !== undefined && harness.cannot?.includes(needs) === true) return;
    test(`${name}: ${sentence}`, async () => {
      await using bench = await harness.start();
      await run(bench);
    });
  };
  choosing(it);
  connecting(it);
  accessing(it);
  aborting(it);
  losing(it);
}

type It = (sentence: string, run: (bench: ContractBench) => Promise<void>, needs?: ContractFeature) => void;

function choosing(it: It): void {
  it("a present adapter is ready", async ({ backend }) => {
    equal(await backend.availability(never()), { state: "ready" });
  });

  it(
    "a missing adapter is an answer, not an error",
    async (bench) => {
      await bench.adapter("missing");
      equal(await bench.backend.availability(never()), { state: "adapter-missing" });
    },
    "adapter-missing",
  );

  it("choosing gives a peer with an id", async (bench) => {
    const peer = await choose(bench);
    ok(peer.id.length > 0, "the id is empty");
  });

  it("closing the chooser is a choice of the person", async (bench) => {
    await bench.chooser("cancel");
    await fails(choose(bench), { kind: "cancelled", by: "chooser" });
  });

  it("an abort ends the wait for the chooser at once", async (bench) => {
    await bench.chooser("nothing");
    const stop = new AbortController();
    const choosing = bench.backend.choose(REQUEST, stop.signal);
    await bench.soon();
    stop.abort();
    await fails(settledSoon(bench, choosing), BY_CALLER);
  });

  it("an abandoned chooser does not stand in the way of the next", async (bench) => {
    await bench.chooser("nothing");
    const stop = new AbortController();
    const abandoned = bench.backend.choose(REQUEST, stop.signal);
    await bench.soon();
    stop.abort();
    await fails(abandoned, BY_CALLER);
    await bench.chooser("pick");
    ok((await choose(bench)).id.length > 0, "no peer");
  });

  it("a signal that is aborted already opens no chooser and makes no call", async ({ backend }) => {
    await fails(backend.choose(REQUEST, AbortSignal.abort()), BY_CALLER);
    await fails(backend.availability(AbortSignal.abort()), BY_CALLER);
    await fails(backend.known(AbortSignal.abort()), BY_CALLER);
  });

  it("known peers are exactly what the capability promises", async (bench) => {
    const { id } = await choose(bench);
    const known = await bench.backend.known(never());
    equal(
      known.map((peer) => peer.id),
      bench.backend.capabilities.remembersPeers ? [id] : [],
    );
  });

  it("a forgotten peer is not known and cannot be connected", async (bench) => {
    const peer = await choose(bench);
    const answer = await peer.forget(never());
    if (answer === "unsupported") return;
    equal(answer, "forgotten");
    equal(await bench.backend.known(never()), []);
    await fails(peer.connect(never()), { kind: "permission-lost" });
  });

  it("forgetting a connected peer ends its link", async (bench) => {
    const peer = await choose(bench);
    const connection = await peer.connect(never());
    if ((await peer.forget(never())) === "unsupported") return;
    equal(await settledSoon(bench, connection.closed), { by: "us" });
  });
}

function connecting(it: It): void {
  it("discovery lists every service, characteristic and property, in whatever order the platform has", async (bench) => {
    await using connection = await connect(bench);
    const table = await connection.discover(never());
    const ours = table.services.filter(({ uuid }) => uuid === BATTERY || uuid === VENDOR);
    equal(
      ours.map(({ uuid }) => uuid).toSorted(),
      CONTRACT_DEVICE.services.map(({ uuid }) => uuid).toSorted(),
    );
    const echo = ours.flatMap((service) => service.characteristics).find(({ uuid }) => uuid === ECHO);
    equal(echo?.properties.toSorted(), ["read", "write", "writeWithoutResponse"]);
  });

  it("a second connect while a link is open is refused as busy", async (bench) => {
    const peer = await choose(bench);
    await using connection = await peer.connect(never());
    await fails(peer.connect(never()), { kind: "busy", what: "connect" });
    equal(await connection.read(LEVEL_REF, { signal: never() }), Uint8Array.of(42));
  });

  it("leaving the scope closes the link, by us", async (bench) => {
    const peer = await choose(bench);
    let closed: Promise<unknown>;
    {
      await using connection = await peer.connect(never());
      closed = connection.closed;
    }
    equal(await settledSoon(bench, closed), { by: "us" });
  });

  it("a reference works again on the next link", async (bench) => {
    const peer = await choose(bench);
    {
      await using first = await peer.connect(never());
      await first.discover(never());
      equal(await first.read(LEVEL_REF, { signal: never() }), Uint8Array.of(42));
    }
    await bench.soon(); // Chromium takes a link that is just ending for a good one, and then loses it
    await using second = await peer.connect(never());
    equal(await second.read(LEVEL_REF, { signal: never() }), Uint8Array.of(42));
  });

  it("an operation on a closed link is refused as lost", async (bench) => {
    const connection = await connect(bench);
    await connection[Symbol.asyncDispose]();
    await fails(connection.read(LEVEL_REF, { signal: never() }), { kind: "link-lost", during: "read" });
    await fails(connection.discover(never()), { kind: "link-lost", during: "discover" });
  });

  it("closing twice is closing once", async (bench) => {
    const connection = await connect(bench);
    await connection[Symbol.asyncDispose]();
    await connection[Symbol.asyncDispose]();
    equal(await connection.closed, { by: "us" });
  });
}

function accessing(it: It): void {
  it("a read gives the octets, each time a copy of its own", async (bench) => {
    await using connection = await connect(bench);
    const first = await connection.read(ECHO_REF, { signal: never() });
    equal(first, Uint8Array.of(1, 2, 3));
    first.fill(0);
    equal(await connection.read(ECHO_REF, { signal: never() }), Uint8Array.of(1, 2, 3));
  });

  it(
    "twins are told apart by their instance",
    async (bench) => {
      await using connection = await connect(bench);
      equal(await connection.read(twin(1), { signal: never() }), Uint8Array.of(11));
      equal(await connection.read(twin(0), { signal: never() }), Uint8Array.of(10));
    },
    "twin-characteristics",
  );

  it("an instance that does not exist is not found", async (bench) => {
    await using connection = await connect(bench);
    await fails(connection.read({ ...ECHO_REF, instance: 7 }, { signal: never() }), {
      kind: "not-found",
      what: "characteristic",
    });
  });

  it("a write arrives, with and without a response", async (bench) => {
    await using connection = await connect(bench);
    await connection.write(ECHO_REF, Uint8Array.of(7, 8), { signal: never(), response: true });
    equal(await bench.echo(), [7, 8]);
    await connection.write(ECHO_REF, Uint8Array.of(9), { signal: never(), response: false });
    await bench.soon();
    equal(await bench.echo(), [9]);
  });

  it("a write sends what the buffer held when it was called", async (bench) => {
    await using connection = await connect(bench);
    const value = Uint8Array.of(5, 5);
    const writing = connection.write(ECHO_REF, value, { signal: never(), response: true });
    value.fill(0);
    await writing;
    equal(await bench.echo(), [5, 5]);
  });

  it("a subscription delivers until it is ended", async (bench) => {
    await using connection = await connect(bench);
    const values: number[] = [];
    const stop = await connection.subscribe(LEVEL_REF, (value) => values.push(...value), {
      signal: never(),
    });
    await bench.notify([43]);
    await bench.notify([44]);
    await bench.soon();
    equal(values, [43, 44]);
    await stop();
    await bench.notify([45]);
    await bench.soon();
    equal(values, [43, 44]);
  });

  it("operations that start together run one after the other", async (bench) => {
    await using connection = await connect(bench);
    const signal = never();
    const [table, level, , echo] = await Promise.all([
      connection.discover(signal),
      connection.read(LEVEL_REF, { signal }),
      connection.write(ECHO_REF, Uint8Array.of(6), { signal, response: true }),
      connection.read(ECHO_REF, { signal }),
    ]);
    ok(table.services.length > 0, "no services");
    equal(level, Uint8Array.of(42));
    equal(echo, Uint8Array.of(6));
  });
}

function aborting(it: It): void {
  const operations: readonly [Hangable, (connection: Connection, signal: AbortSignal) => Promise<unknown>][] =
    [
      ["discover", (connection, signal) => connection.discover(signal)],
      ["read", (connection, signal) => connection.read(LEVEL_REF, { signal })],
      [
        "write",
        (connection, signal) => connection.write(ECHO_REF, Uint8Array.of(1), { signal, response: true }),
      ],
      ["subscribe", (connection, signal) => connection.subscribe(LEVEL_REF, () => {}, { signal })],
    ];
  for (const [operation, start] of operations) {
    it(
      `an abort settles a hanging ${operation} at once`,
      async (bench) => {
        await using connection = await connect(bench);
        await bench.hang(operation);
        const stop = new AbortController();
        const hanging = start(connection, stop.signal);
        await bench.soon();
        stop.abort();
        await fails(settledSoon(bench, hanging), BY_CALLER);
      },
      `hang-${operation}`,
    );

    it(`a signal that is aborted already starts no ${operation}`, async (bench) => {
      await using connection = await connect(bench);
      await fails(start(connection, AbortSignal.abort()), BY_CALLER);
    });
  }

  it(
    "an abort settles a hanging connect at once, and the next one works",
    async (bench) => {
      const peer = await choose(bench);
      await bench.hang("connect");
      const stop = new AbortController();
      const hanging = peer.connect(stop.signal);
      await bench.soon();
      stop.abort();
      await fails(settledSoon(bench, hanging), BY_CALLER);
      await using connection = await peer.connect(never());
      equal(await connection.read(LEVEL_REF, { signal: never() }), Uint8Array.of(42));
    },
    "hang-connect",
  );

  it("an abort while waiting for its turn leaves the operation before it alone", async (bench) => {
    await using connection = await connect(bench);
    const stop = new AbortController();
    const first = connection.read(ECHO_REF, { signal: never() });
    const second = connection.read(LEVEL_REF, { signal: stop.signal });
    stop.abort();
    await fails(second, BY_CALLER);
    equal(await first, Uint8Array.of(1, 2, 3));
  });

  it(
    "a hanging discovery ends by our limit, and a new link heals it",
    async (bench) => {
      const peer = await choose(bench);
      const connection = await peer.connect(never());
      await bench.hang("discover");
      const discovering = connection.discover(never());
      await bench.soon();
      const expected = fails(discovering, {
        kind: "timeout",
        during: "discover",
        afterMs: bench.limits.discover,
      });
      await bench.pass(bench.limits.discover);
      await expected;
      equal(await settledSoon(bench, connection.closed), { by: "us" });
      await bench.soon(); // as above
      await using again = await peer.connect(never());
      ok((await again.discover(never())).services.length > 0, "no services");
    },
    "hang-discover",
  );
}

function losing(it: It): void {
  it(
    "a lost link settles `closed`, by the peer",
    async (bench) => {
      const connection = await connect(bench);
      await bench.dropLink();
      equal(await settledSoon(bench, connection.closed), { by: "peer" });
      await fails(connection.read(LEVEL_REF, { signal: never() }), { kind: "link-lost", during: "read" });
    },
    "peer-drop",
  );

  it(
    "a lost link rejects what is open and what waits",
    async (bench) => {
      const connection = await connect(bench);
      await bench.hang("read");
      const open = fails(connection.read(LEVEL_REF, { signal: never() }), {
        kind: "link-lost",
        during: "read",
      });
      const waiting = fails(connection.discover(never()), { kind: "link-lost", during: "discover" });
      await bench.soon();
      await bench.dropLink();
      await settledSoon(bench, Promise.all([open, waiting]));
    },
    "drop-with-open-read",
  );

  it(
    "after a lost link the peer can be connected again",
    async (bench) => {
      const peer = await choose(bench);
      const lost = await peer.connect(never());
      await bench.dropLink();
      await lost.closed;
      await using connection = await peer.connect(never());
      equal(await connection.read(LEVEL_REF, { signal: never() }), Uint8Array.of(42));
    },
    "peer-drop",
  );

  it(
    "a lost link ends a subscription without an error",
    async (bench) => {
      const connection = await connect(bench);
      const stop = await connection.subscribe(LEVEL_REF, () => {}, { signal: never() });
      await bench.dropLink();
      await connection.closed;
      await stop();
    },
    "peer-drop",
  );
}

/** The outcome of `work`, which must be there without time passing. */
async function settledSoon<T>(bench: ContractBench, work: Promise<T>): Promise<T> {
  const late = bench.soon().then((): never => {
    throw new Error("Expected a promise to settle at once, but it is still pending");
  });
  return Promise.race([work, late]);
}
