import * as basic from "../../host/commands/basic.ts";
import { supportedCommandsMask } from "../../host/supported.ts";
import type { Session } from "../session.ts";
import { Status } from "../status.ts";
import { allow, demand, within } from "./checks.ts";
import type { Handler } from "./handler.ts";
import { answers, performs } from "./handler.ts";

/** LMP features (Vol 2 Part C 3.3): bit 37 BR/EDR not supported, bit 38 LE supported. */
const LMP_FEATURES = Uint8Array.of(0, 0, 0, 0, 0x60, 0, 0, 0);
/** 7.1.6: the reasons a host may give. */
const REASONS: ReadonlySet<number> = new Set([0x05, 0x13, 0x14, 0x15, 0x1a, 0x29, 0x3b]);

/** Link control, baseband, informational and status commands. `reset` begins a new session. */
export function basicCommands(session: Session, reset: () => void): readonly Handler[] {
  return [
    ...linkCommands(session),
    ...maskCommands(session),
    ...flowCommands(session),
    ...informationCommands(session),
    performs(basic.Reset, reset),
  ];
}

function linkCommands(session: Session): readonly Handler[] {
  const { links, core } = session;
  return [
    performs(basic.Disconnect, ({ handle, reason }) => {
      const end = links.get(handle);
      demand(REASONS.has(reason));
      allow(!end.terminating);
      session.afterAnswer(() => end.terminate(reason, Status.LocalHostTerminated));
    }),
    performs(basic.ReadRemoteVersionInformation, ({ handle }) => {
      const end = links.get(handle);
      allow(!end.procedures.has("version"));
      session.afterAnswer(() => end.information.readVersion());
    }),
    answers(basic.ReadRssi, ({ handle }) => {
      const end = links.get(handle);
      return { handle, rssi: core.radio.level(end.other.owner.station, core.station) };
    }),
  ];
}

function maskCommands(session: Session): readonly Handler[] {
  return [
    performs(basic.SetEventMask, ({ mask }) => {
      session.masks.pageOne = mask;
    }),
    performs(basic.SetEventMaskPage2, ({ mask }) => {
      session.masks.pageTwo = mask;
    }),
  ];
}

function flowCommands(session: Session): readonly Handler[] {
  const { aclIn } = session;
  return [
    performs(basic.SetControllerToHostFlowControl, ({ enable }) => {
      allow(session.links.count === 0);
      demand(enable === "off" || enable === "acl");
      aclIn.setFlowControl(enable === "acl");
    }),
    performs(basic.HostBufferSize, ({ aclLength, aclPackets }) => {
      within(aclLength, 27, 0xffff);
      within(aclPackets, 1, 0xffff);
      aclIn.setBuffers(aclLength, aclPackets);
    }),
    performs(basic.HostNumberOfCompletedPackets, ({ links }) => {
      for (const { handle, completed } of links) demand(aclIn.giveBack(handle, completed));
      session.links.wake();
    }),
  ];
}

function informationCommands({ core }: Session): readonly Handler[] {
  const { profile, publicAddress } = core;
  return [
    answers(basic.ReadLocalVersionInformation, () => ({
      hciVersion: profile.version,
      hciSubversion: 1,
      lmpVersion: profile.version,
      companyIdentifier: 0xffff,
      lmpSubversion: 1,
    })),
    answers(basic.ReadLocalSupportedCommands, () => ({
      commands: supportedCommandsMask([...profile.opcodes].map((opcode) => ({ opcode }))),
    })),
    answers(basic.ReadLocalSupportedFeatures, () => ({ features: LMP_FEATURES.slice() })),
    answers(basic.ReadBdAddr, () => ({ address: publicAddress.octets })),
  ];
}
