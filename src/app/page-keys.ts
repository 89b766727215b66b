/** The key store of the page: opened once, for the Keys screen and for the adapter that pairs with it. */
import { newIdentity } from "../../hci/gap/own-address.ts";
import { pageTimers } from "../link/timers.ts";
import { Store } from "../state/store.ts";
import type { PageKeys } from "../state/keys/screen.ts";
import { backupDatabase } from "../storage/backup/database.ts";
import { IDLE_MS, KEYS_CHANNEL_NAME, openIndexedKeys } from "../storage/keys/open.ts";
import type { DatabaseEvents } from "../storage/open.ts";
import { webAuthnPrf } from "../storage/vault/webauthn-prf.ts";
import { webVaultCrypto } from "../storage/vault/web-crypto.ts";
import type { BondPorts } from "../bonds/ensure.ts";

export interface PageKeysOptions {
  readonly events: DatabaseEvents;
  readonly surroundings: Pick<BondPorts["surroundings"], "now" | "newId">;
  /** Of the database; undefined for the one of real devices. */
  readonly name: string | undefined;
}

const LOCK = "lock";

/** Throws VaultError `refused` where the page is not in a secure context. */
export function openPageKeys({ events, surroundings, name }: PageKeysOptions): PageKeys {
  const crypto = webVaultCrypto();
  const random = (octets: number) => crypto.random(octets);
  const prf = webAuthnPrf(navigator.credentials, random);
  const vaultTurns = new Store(0);
  const touched = () => vaultTurns.update((turns) => turns + 1);
  const suffix = name === undefined ? "" : `-${name}`;
  const { keys, tables } = openIndexedKeys({
    events,
    location,
    crypto,
    prf,
    clock: { now: () => performance.now(), after: (ms, run) => pageTimers.after(ms, run) },
    idleMs: IDLE_MS,
    channel: new BroadcastChannel(KEYS_CHANNEL_NAME + suffix),
    now: () => surroundings.now(),
    newId: () => surroundings.newId(),
    newIdentity: () => newIdentity({ random }),
    onListenerError: (error) => queueMicrotask(() => reportError(error)),
    onVaultChange: () => touched(),
    ...(name === undefined ? {} : { name }),
  });
  const locks = new BroadcastChannel(`${KEYS_CHANNEL_NAME}.lock${suffix}`);
  locks.addEventListener("message", ({ data }) => {
    if (data === LOCK) keys.vault.lock();
  });
  return {
    keys,
    tables,
    crypto,
    passkeys: prf !== null,
    vaultTurns,
    aes: async () => (await import("../crypto/aes128.ts")).aes128,
    touched,
    async eraseBeside() {
      for (const name of Object.keys(localStorage))
        if (name.startsWith("bondkeeper.")) localStorage.removeItem(name);
      // Fetched only then: nobody else needs them.
      const [{ eraseApps }, { eraseBackupFile }] = await Promise.all([
        import("../storage/apps/erase.ts"),
        import("../storage/backup/store.ts"),
      ]);
      await eraseApps();
      await eraseBackupFile(backupDatabase(name));
    },
    lockEverywhere() {
      keys.vault.lock();
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has no other origins
      locks.postMessage(LOCK);
      // Locked already, or not yet opened here: nothing turned, and still it has to be looked at anew.
      touched();
    },
  };
}
