import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { ClientHost } from "../../../src/state/ensure/client.ts";
import { EnsureFlow, type EnsureView } from "../../../src/state/ensure/flow.ts";
import { AllowedPages } from "../../../src/state/ensure/pages.ts";
import { generateSigningKey, RESULT_PARAMETER } from "../../../src/sdk/signed-result.ts";
import { verifyResult } from "../../../src/sdk/verify-result.ts";
import { IndexedApps } from "../../../src/storage/apps/store.ts";
import type { BondRecord } from "../../../src/storage/records.ts";
import { PROVEN, RECORD, START } from "../../support/bond-rig.ts";
import { newProfile } from "../../support/tabs.ts";
import { until } from "../../support/until.ts";
import { world } from "../state/world.ts";

beforeEach(newProfile);

const NONCE = "AAECAwQFBgcICQoLDA0ODw";
const RETURN = "https://app.example/back";
const link = (rest: string): string =>
  `device=bond-1&nonce=${NONCE}&return=${encodeURIComponent(RETURN)}&${rest}`;

async function bench(bonds: readonly BondRecord[]) {
  const w = await world(bonds);
  const apps = new IndexedApps({ hostname: "bonds.example", newKey: generateSigningKey });
  const left: string[] = [];
  const told: { readonly origin: string; readonly message: unknown }[] = [];
  let opener = true;
  const flow = new EnsureFlow(w.app, {
    apps,
    codes: null,
    client: (origin) =>
      new ClientHost(origin, {
        app: w.app,
        pairing: null,
        apps,
        window: { sayHello: () => opener, listen: () => {} },
        newToken: () => new Uint8Array(32),
      }),
    window: {
      leave: (href) => void left.push(href),
      tellOpener(origin, message) {
        if (opener) told.push({ origin, message });
        return opener;
      },
    },
  });
  const loseOpener = (): void => void (opener = false);
  return { ...w, apps, flow, left, told, loseOpener };
}

/** Waits until the flow stands still at this step; a step that never comes is told by what it is instead. */
async function at<S extends EnsureView["step"]>(
  flow: EnsureFlow,
  step: S,
): Promise<Extract<EnsureView, { step: S }>> {
  await until(() => flow.view.value.step === step);
  const view = flow.view.value;
  assert(is(view, step), `is ${view.step}, not ${step}`);
  return view;
}

const is = <S extends EnsureView["step"]>(
  view: EnsureView,
  step: S,
): view is Extract<EnsureView, { step: S }> => view.step === step;

test("nothing begins before a click, and the page says who asks for what", async () => {
  const { flow, peer } = await bench([PROVEN]);
  await flow.open(link("mode=ensure"));
  const view = await at(flow, "asking");
  assert.equal(view.asker, "https://app.example");
  assert.equal(peer.open, 0);
  assert.deepEqual(peer.calls, []);
});

test("after the click and the person's yes the signed result goes back, and verifies", async () => {
  const { flow, left, apps } = await bench([PROVEN]);
  await flow.open(link("mode=ensure"));
  await flow.start();
  await until(() => {
    const view = flow.view.value;
    return view.step === "done" && view.delivery.kind === "ask";
  });
  assert.deepEqual(left, []);
  await flow.allow();
  const [href = ""] = left;
  const fragment = new URLSearchParams(new URL(href).hash.slice(1));
  assert(href.startsWith(`${RETURN}#`));
  const claims = await verifyResult(fragment.get(RESULT_PARAMETER) ?? "", {
    publicKey: fragment.get("bond-key") ?? "",
    audience: "https://app.example",
    nonce: NONCE,
    now: START,
  });
  assert.deepEqual([claims.code, claims.mode, claims.bondId], [0, "ensure", "bond-1"]);
  assert.deepEqual((await apps.get("https://app.example"))?.returns, [RETURN]);
  await assert.rejects(
    verifyResult(fragment.get(RESULT_PARAMETER) ?? "", {
      publicKey: fragment.get("bond-key") ?? "",
      audience: "https://evil.example",
      nonce: NONCE,
      now: START,
    }),
    { refusal: "other-audience" },
  );
});

test("a page that was allowed before gets its proof without a click", async () => {
  const { flow, left, apps, peer } = await bench([PROVEN]);
  await apps.change("https://app.example", () => allowed());
  await flow.open(link("mode=ensure"));
  await until(() => left.length === 1);
  assert.equal(peer.open, 0);
});

test("another address of the same page is asked about all the same", async () => {
  const { flow, left, apps } = await bench([PROVEN]);
  await apps.change("https://app.example", () => ({ ...allowed(), returns: ["https://app.example/other"] }));
  await flow.open(link("mode=ensure"));
  await at(flow, "asking");
  assert.deepEqual(left, []);
});

test("without a click nothing is ever paired: what was never proven waits", async () => {
  const { flow, apps, peer } = await bench([{ ...RECORD, probe: PROVEN.probe }]);
  await apps.change("https://app.example", () => allowed());
  await flow.open(link("mode=ensure"));
  const view = await at(flow, "asking");
  assert.equal(view.tried, null);
  assert.deepEqual(peer.calls, []);
});

test("a bond that is refused is not repaired without a click: the person sees what was found", async () => {
  const { flow, apps, peer, left } = await bench([PROVEN]);
  peer.plan("read", { kind: "access-refused", why: "not-permitted", ambiguous: false });
  await apps.change("https://app.example", () => allowed());
  await flow.open(link("mode=ensure"));
  await until(() => {
    const view = flow.view.value;
    return view.step === "asking" && view.tried !== null;
  });
  const view = await at(flow, "asking");
  assert.equal(view.tried?.code, 10);
  assert.deepEqual(left, []);
});

test("a repair is never begun without a click, whoever asks", async () => {
  const { flow, apps, peer } = await bench([PROVEN]);
  await apps.change("https://app.example", () => allowed());
  await flow.open(link("mode=repair"));
  await at(flow, "asking");
  assert.deepEqual(peer.calls, []);
});

test("a check of an unknown device answers 1 and touches nothing", async () => {
  const { flow, stores, peer } = await bench([]);
  await flow.open(link("mode=check"));
  const view = await at(flow, "done");
  assert.deepEqual([view.run.result.code, view.run.result.reason], [1, "no-record"]);
  assert.deepEqual(peer.calls, []);
  assert.deepEqual(stores.writes, []);
});

test("the repair of an unknown device is a wrong call", async () => {
  const { flow } = await bench([]);
  await flow.open(link("mode=repair"));
  assert.equal((await at(flow, "done")).run.result.code, 64);
});

test("an unknown device is chosen by the person, paired and proven", async () => {
  const { flow, backend, peer } = await bench([]);
  await flow.open(link("mode=ensure"));
  const { add } = await at(flow, "unknown");
  add.edit({ probeService: "fd00", probeCharacteristic: "fd01" });
  const choosing = add.choose();
  backend.pick(peer);
  await choosing;
  const { run } = await at(flow, "done");
  assert.deepEqual([run.result.code, run.result.bondChanged], [0, "created"]);
});

test("a link cannot lower what the record demands, and can ask for more", async () => {
  const strict: BondRecord = { ...PROVEN, minimumLevel: "authenticated" };
  const { flow } = await bench([strict]);
  await flow.open(link("mode=ensure&level=encrypted"));
  await flow.start();
  // The probe's own level is not known: nobody can say that it is enough.
  assert.equal((await at(flow, "done")).run.result.reason, "level-not-shown-here");
});

test("no thanks is an answer too: 6, once the page may have it", async () => {
  const { flow, left, peer } = await bench([PROVEN]);
  await flow.open(link("mode=ensure"));
  await flow.decline();
  const view = await at(flow, "done");
  assert.equal(view.run.result.code, 6);
  assert.deepEqual([left, peer.calls], [[], []]);
});

test("the page that opened the window is told, and only under its own origin", async () => {
  const { flow, told } = await bench([PROVEN]);
  await flow.open(`device=bond-1&nonce=${NONCE}&client=${encodeURIComponent("https://app.example")}`);
  await flow.start();
  await until(() => {
    const view = flow.view.value;
    return view.step === "done" && view.delivery.kind === "ask";
  });
  assert.deepEqual(told, []);
  await flow.allow();
  assert.deepEqual(
    told.map(({ origin }) => origin),
    ["https://app.example"],
  );
});

test("where the opener is gone the person hears it", async () => {
  const { flow, loseOpener } = await bench([PROVEN]);
  loseOpener();
  await flow.open(`device=bond-1&nonce=${NONCE}&client=${encodeURIComponent("https://app.example")}`);
  await flow.start();
  await until(() => {
    const view = flow.view.value;
    return view.step === "done" && view.delivery.kind === "ask";
  });
  await flow.allow();
  const { delivery } = await at(flow, "done");
  assert(delivery.kind === "failed" && delivery.why === "no-opener");
});

test("a store that cannot be read is said, and is no unknown device", async () => {
  const { flow, stores } = await bench([PROVEN]);
  stores.failNext("bonds.all", { kind: "quota" });
  await flow.open(link("mode=check"));
  assert.equal((await at(flow, "unreadable")).failure.kind, "quota");
  await flow.retry();
  await at(flow, "asking");
});

test("what was allowed is listed, and taken back with undo", async () => {
  const { app, apps } = await bench([]);
  await apps.change("https://app.example", () => allowed());
  const pages = new AllowedPages(app, apps);
  await pages.load();
  const view = pages.view.value;
  assert(view.kind === "ready");
  assert.match(view.publicKey, /^B[\w-]{86}$/);
  const [page] = view.pages;
  assert(page !== undefined);
  await pages.remove(page);
  assert.equal(await apps.get(page.id), undefined);
  app.notices.undo();
  await until(async () => (await apps.get(page.id)) !== undefined);
  assert.deepEqual(await apps.get(page.id), page);
});

test("a damaged row allows nothing", async () => {
  const { apps } = await bench([]);
  await apps.change("https://app.example", () => allowed());
  const row: unknown = { ...allowed(), returns: "https://app.example/back" };
  const { openDB } = await import("idb");
  const db = await openDB("bondkeeper-apps");
  await db.put("apps", row);
  db.close();
  assert.equal(await apps.get("https://app.example"), undefined);
  assert.deepEqual(await apps.all(), []);
});

test("the key that signs is made once, kept, and cannot be exported", async () => {
  const { apps } = await bench([]);
  const { privateKey, publicKey } = await apps.signingKey();
  const again = new IndexedApps({ hostname: "bonds.example", newKey: generateSigningKey });
  const kept = await again.signingKey();
  const raw = async (key: CryptoKey) => new Uint8Array(await crypto.subtle.exportKey("raw", key));
  assert.deepEqual(await raw(kept.publicKey), await raw(publicKey));
  await assert.rejects(crypto.subtle.exportKey("pkcs8", privateKey));
  const shared = new IndexedApps({ hostname: "somebody.github.io", newKey: generateSigningKey });
  await assert.rejects(shared.signingKey(), { name: "StorageError" });
});

function allowed() {
  return {
    v: 1,
    id: "https://app.example",
    allowedAt: "2026-01-01T00:00:00.000Z",
    returns: [RETURN],
    token: null,
  } as const;
}
