import assert from "node:assert/strict";
import { test } from "node:test";
import {
  askByLink,
  ensureLink,
  firstKeyOf,
  newNonce,
  type ReturningPage,
  takeResult,
} from "../../../src/sdk/ensure-link.ts";
import { RESULT_PARAMETER } from "../../../src/sdk/signed-result.ts";
import { Installation } from "../../support/sdk/installation.ts";

const KEEPER = "https://keeper.example/app/";
const HERE = "https://consumer.example/start?a=1";

class Page implements ReturningPage {
  readonly location = { href: HERE };
  readonly kept = new Map<string, string>();
  readonly history = {
    replaceState: (_state: unknown, _unused: string, url: string) => {
      this.location.href = url;
    },
  };
  readonly sessionStorage = {
    getItem: (name: string) => this.kept.get(name) ?? null,
    setItem: (name: string, value: string) => void this.kept.set(name, value),
    removeItem: (name: string) => void this.kept.delete(name),
  };

  /** As Bondkeeper sends the person back. */
  comeBack(result: string, publicKey?: string): void {
    const key = publicKey === undefined ? "" : `&bond-key=${publicKey}`;
    this.location.href = `${HERE}#${RESULT_PARAMETER}=${result}${key}`;
  }
}

const parameters = (link: string): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(new URL(link).hash.slice(1)));

test("the way to Bluetooth that stands in the keeper's address stays in the link", () => {
  const link = new URL(
    ensureLink({ keeper: `${KEEPER}?adapter=usb`, device: "Front door", nonce: newNonce() }),
  );
  assert.equal(link.origin + link.pathname + link.search, "https://keeper.example/app/ensure/?adapter=usb");
  assert.equal(parameters(link.href)["device"], "Front door");
});

test("the link says who asks for what, in the fragment, where no server sees it", () => {
  const nonce = newNonce();
  const link = ensureLink({
    keeper: KEEPER,
    device: "Front door & more",
    mode: "check",
    level: "authenticated",
    nonce,
    returnTo: HERE,
  });
  assert.equal(new URL(link).pathname, "/app/ensure/");
  assert.equal(new URL(link).search, "");
  assert.deepEqual(parameters(link), {
    device: "Front door & more",
    mode: "check",
    level: "authenticated",
    nonce,
    return: HERE,
  });
});

test("two questions never have the same nonce", () => {
  assert.notEqual(newNonce(), newNonce());
  assert.match(newNonce(), /^[\w-]{43}$/u);
});

test("a question by link comes back as a verified answer, and the address is clean again", async () => {
  const [page, keeper] = [new Page(), await Installation.create()];
  const link = askByLink({ keeper: KEEPER, device: "lock" }, page);
  const { nonce = "", return: returnTo } = parameters(link);
  assert.equal(returnTo, HERE);
  page.comeBack(await keeper.sign({ nonce }), keeper.publicKey);
  const claims = await takeResult(page, () => keeper.publicKey);
  assert.equal(claims?.code, 0);
  assert.equal(page.location.href, HERE);
});

test("without an answer in the address there is none, and the question stays open", async () => {
  const [page, keeper] = [new Page(), await Installation.create()];
  const link = askByLink({ keeper: KEEPER, device: "lock" }, page);
  page.location.href = `${HERE}#/some/route`;
  assert.equal(await takeResult(page, () => keeper.publicKey), null);
  assert.equal(page.location.href, `${HERE}#/some/route`);
  page.comeBack(await keeper.sign({ nonce: parameters(link)["nonce"] ?? "" }));
  assert.equal((await takeResult(page, () => keeper.publicKey))?.code, 0);
});

test("an answer counts once: shown again it is refused", async () => {
  const [page, keeper] = [new Page(), await Installation.create()];
  const { nonce = "" } = parameters(askByLink({ keeper: KEEPER, device: "lock" }, page));
  const result = await keeper.sign({ nonce });
  page.comeBack(result);
  await takeResult(page, () => keeper.publicKey);
  page.comeBack(result);
  await assert.rejects(
    takeResult(page, () => keeper.publicKey),
    { refusal: "other-nonce" },
  );
  assert.equal(page.location.href, HERE, "and it is out of the address all the same");
});

test("the answer is out of the address before the key is looked for", async () => {
  const [page, keeper] = [new Page(), await Installation.create()];
  const { nonce = "" } = parameters(askByLink({ keeper: KEEPER, device: "lock" }, page));
  page.comeBack(await keeper.sign({ nonce }), "offered");
  const seen: unknown[] = [];
  await assert.rejects(
    takeResult(page, (offered) => {
      seen.push(page.location.href, offered);
      throw new Error("no key");
    }),
  );
  assert.deepEqual(seen, [HERE, "offered"]);
});

test("the first key of an installation is kept, and another one is not taken after it", async () => {
  const [page, first, other] = [new Page(), await Installation.create(), await Installation.create()];
  const choice = firstKeyOf(KEEPER, page.sessionStorage);
  const answer = async (by: Installation) => {
    const { nonce = "" } = parameters(askByLink({ keeper: KEEPER, device: "lock" }, page));
    page.comeBack(await by.sign({ nonce }), by.publicKey);
    return takeResult(page, choice);
  };
  assert.equal((await answer(first))?.code, 0);
  await assert.rejects(answer(other), { refusal: "wrong-signature" });
  assert.equal((await answer(first))?.code, 0);
  assert.throws(() => firstKeyOf("https://third.example/", page.sessionStorage)(null), {
    refusal: "wrong-signature",
  });
});
