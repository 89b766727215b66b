/** Scrolls so far that what a person waits for can be read from its beginning; not at all where it can be already. */
export function bringIntoView(element: HTMLElement): void {
  const { top, bottom } = element.getBoundingClientRect();
  if (top < 0 || bottom > innerHeight) element.scrollIntoView({ block: "start" });
}
