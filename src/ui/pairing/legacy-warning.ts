import { html } from "lit";
import type { Question } from "../confirm-dialog.ts";

/** Asked before the old kind of pairing is allowed for a device, wherever that is done. */
export const LEGACY_WARNING: Question = {
  title: "Allow pairing that can be listened to?",
  body: html`<p>
      Whoever listens while this device pairs in the old way can find the keys, read along and imitate it, later as well. A
      code does not prevent it.
    </p>
    <p>
      Allow it for a device that knows nothing else, and pair where nobody can listen. Other devices are not touched.
    </p>`,
  yes: "Allow it for this device",
  no: "Keep it off",
  danger: true,
};
