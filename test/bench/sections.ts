import { browser } from "./browser.ts";
import { codec } from "./codec.ts";
import { crypto } from "./crypto.ts";
import type { Section } from "./findings.ts";
import { growth } from "./growth.ts";
import { lasting } from "./lasting.ts";
import { profile } from "./profile.ts";
import { scan } from "./scan.ts";
import { size } from "./size.ts";
import { stack } from "./stack.ts";

/** Everything that is measured, in the order of the report. */
export const SECTIONS = (): readonly Section[] => [
  codec(),
  crypto(),
  scan(),
  stack(),
  profile(),
  size(),
  growth(),
  browser(),
  lasting(),
];
