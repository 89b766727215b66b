/** One fixed L2CAP channel of one link (Vol 3 Part A 2.1), as SMP and ATT see it. */
export interface Channel {
  /** Receives every complete SDU. Called synchronously; must not throw. */
  onPdu: (pdu: Uint8Array) => void;
  /** Called once when the link ends; every waiter must be released then. */
  onClosed: (reason: Error) => void;
  /** Resolves when the controller took the last fragment; rejects when the link ends first. */
  send(pdu: Uint8Array): Promise<void>;
}
