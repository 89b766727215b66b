import axe from "axe-core";
import { expect, type Page } from "@playwright/test";

type Axe = typeof axe;
declare global {
  interface Window {
    /** Where it was put in. */
    axe: Axe;
  }
}

/** What axe finds on the screen as it is now, one line per place; `only` names the rules to apply. */
export async function axeFindings(page: Page, only?: readonly string[]): Promise<string[]> {
  for (const frame of page.frames()) {
    // By `evaluate`, which the page's content security policy does not concern; once for each document
    if (!(await frame.evaluate(() => "axe" in window))) await frame.evaluate(axe.source);
  }
  return page.evaluate(async (rules) => {
    const { violations } = await window.axe.run(document, {
      resultTypes: ["violations"], // the rest would be worked out, and not looked at
      ...(rules !== undefined && { runOnly: { type: "rule", values: rules } }),
    });
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map(
        ({ target, failureSummary }) => `${id}: ${help}: ${target.join(" ")} ${failureSummary ?? ""}`,
      ),
    );
  }, only?.slice());
}

/**
 * Colours that change by a transition are judged when it has ended, in every tree: three frames in a row without one, or
 * four seconds.
 */
async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const trees = (root: Document | ShadowRoot): (Document | ShadowRoot)[] => [
      root,
      ...[...root.querySelectorAll("*")].flatMap(({ shadowRoot }) => (shadowRoot ? trees(shadowRoot) : [])),
    ];
    // What is folded away stands still until it is shown
    const isSeen = ({ effect }: Animation): boolean =>
      effect instanceof KeyframeEffect && effect.target?.checkVisibility() === true;
    const changing = (): boolean =>
      trees(document)
        .flatMap((tree) => tree.getAnimations())
        .some((animation) => animation instanceof CSSTransition && isSeen(animation));
    // A page that is not shown has no frames
    const frame = (): Promise<unknown> =>
      new Promise((resolve) => {
        requestAnimationFrame(resolve);
        setTimeout(resolve, 200);
      });
    const latest = performance.now() + 4_000;
    for (let still = 0; still < 3 && performance.now() < latest; still = changing() ? 0 : still + 1)
      await frame();
  });
}

/** Nothing is found in the light theme, and nothing that depends on colours in the dark one. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  await settled(page);
  expect(await axeFindings(page), "light").toEqual([]);
  await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
  await settled(page);
  expect(await axeFindings(page, ["color-contrast", "link-in-text-block"]), "dark").toEqual([]);
}
