/** Codes that embedded stacks add to the specification's. */
import {
  ADAPTER_OFF,
  BUSY,
  BUSY_CONNECT,
  CANCELLED,
  entry,
  KEY_TOO_SHORT,
  LINK_LOST,
  NO_KEY,
  NOT_AUTHORIZED,
  NOT_ENCRYPTED,
  NOT_PAIRED,
  NOT_REACHED,
  NOT_REACHED_WHY,
  pairing,
  SYSTEM_ERROR,
} from "./entry.ts";
import type { ForeignEntry } from "./entry.ts";
import { ATT, HCI, SMP } from "./specification.ts";

/** NimBLE adds a base to the code of the layer below: 0x100 ATT, 0x200 HCI, 0x400 SMP by us, 0x500 SMP by the peer. */
export const NIMBLE: readonly ForeignEntry[] = [
  entry(2, "BLE_HS_EALREADY", BUSY_CONNECT),
  entry(6, "BLE_HS_ENOMEM", SYSTEM_ERROR),
  entry(7, "BLE_HS_ENOTCONN", LINK_LOST),
  entry(8, "BLE_HS_ENOTSUP", { kind: "not-supported", what: "operation" }),
  entry(13, "BLE_HS_ETIMEOUT", NOT_REACHED_WHY),
  entry(15, "BLE_HS_EBUSY", BUSY),
  entry(19, "BLE_HS_ETIMEOUT_HCI", SYSTEM_ERROR),
  entry(22, "BLE_HS_ENOTSYNCED", ADAPTER_OFF),
  entry(23, "BLE_HS_EAUTHEN", NOT_PAIRED, "none"),
  entry(24, "BLE_HS_EAUTHOR", NOT_AUTHORIZED, "none"),
  entry(25, "BLE_HS_EENCRYPT", NOT_PAIRED, "none"),
  entry(26, "BLE_HS_EENCRYPT_KEY_SZ", KEY_TOO_SHORT),
  entry(27, "BLE_HS_ESTORE_CAP", pairing("key-rejected")),
  entry(28, "BLE_HS_ESTORE_FAIL", pairing("key-rejected")),
  entry(30, "BLE_HS_EDISABLED", ADAPTER_OFF),
  ...shifted(ATT, 0x100, "ATT"),
  ...shifted(HCI, 0x200, "HCI"),
  ...shifted(SMP, 0x400, "SMP, sent by this side"),
  ...shifted(SMP, 0x500, "SMP, sent by the device"),
];

function shifted(entries: readonly ForeignEntry[], base: number, layer: string): ForeignEntry[] {
  return entries.map(({ code, name, failure, bond }) =>
    entry((code ?? 0) + base, `${layer}: ${name}`, failure, bond),
  );
}

/** Android and ESP-IDF share Bluedroid. Below 0x80 it passes ATT and HCI codes on as they are. */
export const BLUEDROID: readonly ForeignEntry[] = [
  entry(0x80, "GATT_NO_RESOURCES", BUSY),
  entry(0x81, "GATT_INTERNAL_ERROR", SYSTEM_ERROR),
  entry(0x82, "GATT_WRONG_STATE", SYSTEM_ERROR),
  entry(0x84, "GATT_BUSY", BUSY),
  entry(0x85, "GATT_ERROR", NOT_REACHED_WHY),
  entry(0x87, "GATT_ILLEGAL_PARAMETER", SYSTEM_ERROR),
  entry(0x88, "GATT_PENDING", BUSY),
  entry(0x89, "GATT_AUTH_FAIL", pairing("authentication-failed"), "none"),
  entry(0x8d, "GATT_ENCRYPTED_NO_MITM", NOT_PAIRED, "none", "GATT_ENCRYPED_NO_MITM"),
  entry(0x8e, "GATT_NOT_ENCRYPTED", NOT_PAIRED, "none"),
  entry(0x8f, "GATT_CONGESTED", BUSY, "keep", "GATT_CONNECTION_CONGESTED"),
  entry(0x93, "GATT_CONNECTION_TIMEOUT", NOT_REACHED),
  entry(0x100, "GATT_CONN_CANCEL", CANCELLED),
  entry(0x101, "GATT_FAILURE", NOT_REACHED_WHY, "none"),
];

/** esp_ble_auth_fail_rsn_t: SMP reasons from 78 on, then Bluedroid's own. */
export const BLUEDROID_PAIRING: readonly ForeignEntry[] = [
  ...SMP.filter(({ code }) => code !== null && code <= 0x0e).map(({ code, also, failure, name }) =>
    entry((code ?? 0) + 77, also[0] ?? name, failure),
  ),
  entry(92, "ESP_AUTH_SMP_INTERNAL_ERR", SYSTEM_ERROR),
  entry(93, "ESP_AUTH_SMP_UNKNOWN_IO", pairing("auth-requirements")),
  entry(94, "ESP_AUTH_SMP_INIT_FAIL", SYSTEM_ERROR),
  entry(95, "ESP_AUTH_SMP_CONFIRM_FAIL", pairing("confirm-failed")),
  entry(96, "ESP_AUTH_SMP_BUSY", pairing("peer-busy")),
  entry(97, "ESP_AUTH_SMP_ENC_FAIL", NOT_ENCRYPTED, "suspect"),
  entry(98, "ESP_AUTH_SMP_STARTED", pairing("peer-busy")),
  entry(99, "ESP_AUTH_SMP_RSP_TIMEOUT", pairing("smp-timeout")),
  entry(100, "ESP_AUTH_SMP_DIV_NOT_AVAIL", NO_KEY, "suspect"),
  entry(101, "ESP_AUTH_SMP_UNSPEC_ERR", pairing("unspecified")),
  entry(102, "ESP_AUTH_SMP_CONN_TOUT", pairing("link-lost-while-pairing")),
];

/** What BTstack adds to the ATT codes. */
export const BTSTACK: readonly ForeignEntry[] = [
  entry(0x1f, "ATT_ERROR_HCI_DISCONNECT_RECEIVED", LINK_LOST),
  entry(0x70, "ATT_ERROR_BONDING_INFORMATION_MISSING", NO_KEY, "suspect"),
  entry(0x7e, "ATT_ERROR_DATA_MISMATCH", { kind: "att-error", code: 0x7e }),
  entry(0x7f, "ATT_ERROR_TIMEOUT", { kind: "unreachable", detail: "unknown" }),
];
