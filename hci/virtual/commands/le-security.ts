import * as security from "../../host/commands/le-security.ts";
import { LeGenerateDhKeyComplete, LeReadLocalP256PublicKeyComplete } from "../../host/events.ts";
import type { Bytes, P256KeyPair } from "../../ports.ts";
import type { Session } from "../session.ts";
import { Status } from "../status.ts";
import { allow } from "./checks.ts";
import type { Handler } from "./handler.ts";
import { answers, performs } from "./handler.ts";

const NO_KEY = new Uint8Array(32);

/** Encryption of links, and the cryptography that a controller lends to its host. */
export function securityCommands(session: Session): readonly Handler[] {
  const { links, core } = session;
  const random = core.random.stream("LE Rand");
  return [
    answers(security.LeEncrypt, ({ key, plaintext }) => ({ encrypted: core.crypto.encrypt(key, plaintext) })),
    answers(security.LeRand, () => ({ random: random.octets(8) })),
    performs(security.LeEnableEncryption, ({ handle, rand, ediv, longTermKey }) => {
      const end = links.get(handle);
      allow(end.role === "central" && !end.encryption.pending && !end.terminating);
      // From here on no data leaves, although the answer to this command is still on its way.
      end.dataPaused = true;
      session.afterAnswer(() => end.encryption.start(rand, ediv, longTermKey));
    }),
    answers(security.LeLongTermKeyRequestReply, ({ handle, longTermKey }) => {
      const end = links.get(handle);
      allow(end.encryption.keyRequested);
      session.afterAnswer(() => end.encryption.answer(longTermKey));
      return { handle };
    }),
    answers(security.LeLongTermKeyRequestNegativeReply, ({ handle }) => {
      const end = links.get(handle);
      allow(end.encryption.keyRequested);
      session.afterAnswer(() => end.encryption.answer(null));
      return { handle };
    }),
    ...p256Commands(session),
  ];
}

/** 7.8.36, 7.8.37. The key pair made last is the one that LE Generate DHKey uses. */
function p256Commands(session: Session): readonly Handler[] {
  let pair: P256KeyPair | undefined;
  let busy = false;
  const run = (work: () => Promise<void>): void => {
    busy = true;
    session.afterAnswer(() => {
      void work().finally(() => {
        busy = false;
      });
    });
  };
  const readKey = async (): Promise<void> => {
    pair = await session.core.crypto.generateP256();
    session.emit(LeReadLocalP256PublicKeyComplete, { status: Status.Success, x: pair.x, y: pair.y });
  };
  const derive = async (own: P256KeyPair, x: Bytes, y: Bytes): Promise<void> => {
    try {
      const dhKey = await own.dhKey(x, y);
      session.emit(LeGenerateDhKeyComplete, { status: Status.Success, dhKey });
    } catch {
      // The port rejects a point that is not on the curve, and nothing else goes wrong there.
      session.emit(LeGenerateDhKeyComplete, { status: Status.InvalidParameters, dhKey: NO_KEY });
    }
  };
  return [
    performs(security.LeReadLocalP256PublicKey, () => {
      allow(!busy);
      run(readKey);
    }),
    performs(security.LeGenerateDhKey, ({ x, y }) => {
      const own = pair;
      allow(!busy);
      if (own === undefined) allow(false);
      else run(() => derive(own, x, y));
    }),
  ];
}
