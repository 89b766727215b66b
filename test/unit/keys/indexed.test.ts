import { newProfile } from "../../support/tabs.ts";
import { keyStoreContract } from "./contract.ts";
import { openKeysTab } from "./keys-rig.ts";

keyStoreContract({
  fresh: async () => newProfile(),
  open: async () => openKeysTab(),
});
