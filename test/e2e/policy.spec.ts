/** What the servers send and what the built page carries; that no screen breaks it is checked by every test. */
import { request } from "@playwright/test";
import { createServer } from "vite";
import { CONTENT_SECURITY_POLICY, DOCUMENT_POLICY } from "../../src/app/security-policy.ts";
import { searchModule } from "../../src/crypto/simd/program.ts";
import { expect, test } from "../support/fixtures.ts";

test("the page comes with its policy, as headers and in the document", async ({ baseURL }) => {
  const client = await request.newContext();
  const response = await client.get(baseURL ?? "");
  const headers = response.headers();
  expect(headers["content-security-policy"]).toBe(CONTENT_SECURITY_POLICY);
  expect(headers["referrer-policy"]).toBe("no-referrer");
  expect(headers["permissions-policy"]).toBe("bluetooth=(self), usb=(self), serial=(self)");
  expect(headers["x-content-type-options"]).toBe("nosniff");
  const html = (await response.text()).replaceAll("&#39;", "'");
  expect(html.indexOf(DOCUMENT_POLICY)).toBeGreaterThan(0);
  expect(html.indexOf(DOCUMENT_POLICY)).toBeLessThan(html.indexOf("<script"));
  expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\son\w+=/);
  await client.dispose();
});

test("a violation is noticed: the watch over every test works", async ({ page, guard }) => {
  guard.allow(/./);
  const seen: string[] = [];
  guard.onAllowed = (finding) => seen.push(finding);
  await page.goto("/#/");
  await page.evaluate(() => {
    const image = new Image();
    image.src = "http://elsewhere.test/pixel.png";
    document.body.append(image);
    try {
      document.body.insertAdjacentHTML("beforeend", "<b>no</b>");
    } catch {
      // Trusted Types refuse it; the report is what counts.
    }
  });
  await expect.poll(() => seen.join("\n")).toMatch(/policy: img-src/);
  await expect.poll(() => seen.join("\n")).toMatch(/policy: require-trusted-types-for/);
});

test("a script that is not a file of the page does not run", async ({ page, guard }) => {
  guard.allow(
    /policy: (script-src|require-trusted-types-for)|console: .*(Content Security Policy|TrustedScript)/,
  );
  await page.goto("/#/");
  const outcome = await page.evaluate(() => {
    const script = document.createElement("script");
    try {
      script.text = "globalThis.ran = true";
      document.body.append(script);
    } catch {
      return "refused";
    }
    return Reflect.get(globalThis, "ran") === true ? "ran" : "refused";
  });
  expect(outcome).toBe("refused");
});

test("the search for private addresses may compile itself, and text still does not become code", async ({
  page,
  guard,
}) => {
  guard.allow(
    /policy: (script-src|require-trusted-types-for)|console: .*(Content Security Policy|TrustedScript)/,
  );
  await page.goto("/#/");
  const outcome = await page.evaluate(
    async (octets) => {
      const module = await WebAssembly.compile(Uint8Array.from(octets));
      let text = "ran";
      try {
        Reflect.construct(Function, ["return 1"]);
      } catch {
        text = "refused";
      }
      return { exports: WebAssembly.Module.exports(module).map(({ name }) => name), text };
    },
    [...searchModule()],
  );
  expect(outcome).toEqual({ exports: ["run"], text: "refused" });
});

test("the development server serves the page under the same policy", async ({ page, guard }) => {
  const server = await createServer({
    root: new URL("../..", import.meta.url).pathname,
    logLevel: "silent",
    server: { host: "127.0.0.1", port: 0 },
    cacheDir: ".cache/vite-test",
  });
  try {
    await server.listen();
    const address = server.resolvedUrls?.local[0] ?? "";
    guard.allow(new RegExp(`request to another origin: (http|ws)${address.slice(4)}`));
    const response = await page.goto(address);
    expect(response?.headers()["content-security-policy"]).toContain("require-trusted-types-for 'script'");
    await expect(page.getByRole("heading", { level: 1, name: "Devices" })).toBeVisible({ timeout: 20_000 });
    // Left alone by its server, the module client would poll for it from a worker, which the policy forbids.
    await page.goto("about:blank");
  } finally {
    await server.close();
  }
});
