/** What the documents quote from the program is what the program has. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { securityHeaders } from "../../src/app/security-policy.ts";
import { ResultCode } from "../../src/bonds/result.ts";
import { parseCommand } from "../../src/cli/arguments.ts";
import { UsageError } from "../../src/cli/usage-error.ts";
import { USAGE } from "../../src/cli/usage.ts";

const doc = (name: string): string => readFileSync(join(import.meta.dirname, "../../docs", name), "utf8");

test("every server in the deployment page sends the headers of the policy", () => {
  const text = doc("deployment.md");
  for (const [name, value] of Object.entries(securityHeaders())) {
    for (const form of [
      `add_header ${name} "${value}" always;`,
      `\t${name} "${value}"`,
      `  ${name}: ${value}`,
    ])
      assert.ok(text.includes(form), form);
  }
});

test("every option that the documents of the command name is one", () => {
  const named = new Set(
    [doc("command-line.md"), doc("systemd.md"), USAGE].flatMap(
      (text) => text.match(/--[a-z][a-z-]+/gu) ?? [],
    ),
  );
  named.delete("--pin"); // there to say that it is refused
  assert.ok(named.size > 15, [...named].join(" "));
  for (const option of named) {
    try {
      parseCommand(["list", option]);
    } catch (error) {
      assert.ok(error instanceof UsageError);
      assert.doesNotMatch(error.message, /Unknown option/, option);
    }
  }
});

test("every exit status is in the page of the command and in its help", () => {
  for (const code of [...Object.values(ResultCode), 70])
    for (const text of [doc("command-line.md"), USAGE]) assert.match(text, new RegExp(`\\b${code}\\b`, "u"));
});
