import {
  CONTROLLER,
  command,
  INFORMATIONAL,
  LINK_CONTROL,
  statusCommand,
  STATUS_PARAMETERS,
} from "../../codec/command.ts";
import { i8, u16, u8 } from "../../codec/integers.ts";
import { counted } from "../../codec/list.ts";
import { bitset, oneOf } from "../../codec/sets.ts";
import { struct } from "../../codec/struct.ts";
import { bdAddr, commandMask, featureMask, onOff } from "../fields.ts";

/** Opcode 0 appears in Command Complete and Command Status to give credits only (Vol 4 Part E 4.4). */
export const NoOperation = command("No Operation", 0, 0, {});

/** 7.1.6 */
export const Disconnect = statusCommand("Disconnect", LINK_CONTROL, 0x0006, { handle: u16, reason: u8 });
/** 7.1.23 */
export const ReadRemoteVersionInformation = statusCommand(
  "Read Remote Version Information",
  LINK_CONTROL,
  0x001d,
  {
    handle: u16,
  },
);

/** Bits of 7.3.1, those an LE host can want. */
export const EventMask = {
  disconnectionComplete: 4,
  encryptionChange: 7,
  readRemoteVersionInformationComplete: 11,
  hardwareError: 15,
  dataBufferOverflow: 25,
  encryptionKeyRefreshComplete: 47,
  leMeta: 61,
} as const;
/** Bits of 7.3.69. */
export const EventMaskPage2 = { authenticatedPayloadTimeoutExpired: 23, encryptionChangeV2: 25 } as const;

/** 7.3.1 */
export const SetEventMask = command("Set Event Mask", CONTROLLER, 0x0001, { mask: bitset(EventMask, 8) });
/** 7.3.2 */
export const Reset = command("Reset", CONTROLLER, 0x0003, {});
/** 7.3.38 */
export const SetControllerToHostFlowControl = command(
  "Set Controller To Host Flow Control",
  CONTROLLER,
  0x0031,
  {
    enable: oneOf({ off: 0, acl: 1, synchronous: 2, both: 3 }),
  },
);
/** 7.3.39 */
export const HostBufferSize = command("Host Buffer Size", CONTROLLER, 0x0033, {
  aclLength: u16,
  synchronousLength: u8,
  aclPackets: u16,
  synchronousPackets: u16,
});
/** 7.3.40: takes no command credit and is answered only when it is wrong. */
export const HostNumberOfCompletedPackets = command("Host Number Of Completed Packets", CONTROLLER, 0x0035, {
  links: counted(u8, struct({ handle: u16, completed: u16 })),
});
/** 7.3.69 */
export const SetEventMaskPage2 = command("Set Event Mask Page 2", CONTROLLER, 0x0063, {
  mask: bitset(EventMaskPage2, 8),
});
/** 7.3.78 */
export const ReadLeHostSupport = command(
  "Read LE Host Support",
  CONTROLLER,
  0x006c,
  {},
  { supported: onOff, unused: u8 },
);
/** 7.3.79 */
export const WriteLeHostSupport = command("Write LE Host Support", CONTROLLER, 0x006d, {
  supported: onOff,
  unused: u8,
});
/** 7.3.93; in units of 10 ms. */
export const ReadAuthenticatedPayloadTimeout = command(
  "Read Authenticated Payload Timeout",
  CONTROLLER,
  0x007b,
  { handle: u16 },
  { handle: u16, timeout: u16 },
);
/** 7.3.94 */
export const WriteAuthenticatedPayloadTimeout = command(
  "Write Authenticated Payload Timeout",
  CONTROLLER,
  0x007c,
  { handle: u16, timeout: u16 },
  { handle: u16 },
);

/** 7.4.1 */
export const ReadLocalVersionInformation = command(
  "Read Local Version Information",
  INFORMATIONAL,
  0x0001,
  {},
  { hciVersion: u8, hciSubversion: u16, lmpVersion: u8, companyIdentifier: u16, lmpSubversion: u16 },
);
/** 7.4.2 */
export const ReadLocalSupportedCommands = command(
  "Read Local Supported Commands",
  INFORMATIONAL,
  0x0002,
  {},
  { commands: commandMask },
);
/** 7.4.3; LMP features: bit 37 BR/EDR not supported, bit 38 LE supported. */
export const ReadLocalSupportedFeatures = command(
  "Read Local Supported Features",
  INFORMATIONAL,
  0x0003,
  {},
  { features: featureMask },
);
/** 7.4.5 */
export const ReadBufferSize = command(
  "Read Buffer Size",
  INFORMATIONAL,
  0x0005,
  {},
  { aclLength: u16, synchronousLength: u8, aclPackets: u16, synchronousPackets: u16 },
);
/** 7.4.6 */
export const ReadBdAddr = command("Read BD_ADDR", INFORMATIONAL, 0x0009, {}, { address: bdAddr });

/** 7.5.4; dBm, 127 means unknown. */
export const ReadRssi = command(
  "Read RSSI",
  STATUS_PARAMETERS,
  0x0005,
  { handle: u16 },
  { handle: u16, rssi: i8 },
);
