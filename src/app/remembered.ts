/** What the ways to an adapter remember of the one that was used last. Where nothing can be stored they do without. */
export const USB_KEY = "bondkeeper.usb";
export const BRIDGE_KEY = "bondkeeper.bridge";
export const SERIAL_PORT_KEY = "bondkeeper.serial-port";
export const SIMULATED_KEY = "bondkeeper.simulator.dongle";

export function recall(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function remember(key: string, text: string): void {
  try {
    localStorage.setItem(key, text);
  } catch {
    // Then it holds until the page is left.
  }
}

/** The same as a store: also where a browser that keeps nothing refuses `localStorage` itself. */
export const MEMORY = { getItem: recall, setItem: remember } as const;
