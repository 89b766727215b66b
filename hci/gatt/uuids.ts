/** UUIDs that the GATT layer itself knows (Assigned Numbers 3). */
import { uuidOf } from "../codec/uuid.ts";

export const PRIMARY_SERVICE = uuidOf(0x2800);
export const SECONDARY_SERVICE = uuidOf(0x2801);
export const INCLUDE = uuidOf(0x2802);
export const CHARACTERISTIC = uuidOf(0x2803);
export const EXTENDED_PROPERTIES = uuidOf(0x2900);
export const CLIENT_CONFIGURATION = uuidOf(0x2902);

export const GENERIC_ACCESS = uuidOf(0x1800);
export const GENERIC_ATTRIBUTE = uuidOf(0x1801);
export const DEVICE_NAME = uuidOf(0x2a00);
export const APPEARANCE = uuidOf(0x2a01);
export const SERVICE_CHANGED = uuidOf(0x2a05);
export const CENTRAL_ADDRESS_RESOLUTION = uuidOf(0x2aa6);
export const CLIENT_SUPPORTED_FEATURES = uuidOf(0x2b29);
export const DATABASE_HASH = uuidOf(0x2b2a);
