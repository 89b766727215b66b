/** The PDUs of the Attribute Protocol (Vol 3 Part F 3.4), in the order of the specification. */
import { u16, u8 } from "../codec/integers.ts";
import { listOf } from "../codec/list.ts";
import { rest, sized } from "../codec/octets.ts";
import type { Pdu } from "../codec/pdu.ts";
import { pdu } from "../codec/pdu.ts";
import { oneOf } from "../codec/sets.ts";
import { struct } from "../codec/struct.ts";
import { uuid16 } from "../codec/uuid.ts";
import { attributeType, groupData, informationData, typeData } from "./fields.ts";

const range = { start: u16, end: u16 };

export const ErrorRsp = pdu("ATT_ERROR_RSP", 0x01, { request: u8, handle: u16, code: u8 });
export const ExchangeMtuReq = pdu("ATT_EXCHANGE_MTU_REQ", 0x02, { mtu: u16 });
export const ExchangeMtuRsp = pdu("ATT_EXCHANGE_MTU_RSP", 0x03, { mtu: u16 });
export const FindInformationReq = pdu("ATT_FIND_INFORMATION_REQ", 0x04, range);
export const FindInformationRsp = pdu("ATT_FIND_INFORMATION_RSP", 0x05, { information: informationData });
export const FindByTypeValueReq = pdu("ATT_FIND_BY_TYPE_VALUE_REQ", 0x06, {
  ...range,
  type: uuid16,
  value: rest,
});
export const FindByTypeValueRsp = pdu("ATT_FIND_BY_TYPE_VALUE_RSP", 0x07, {
  handles: listOf(struct({ start: u16, end: u16 })),
});
export const ReadByTypeReq = pdu("ATT_READ_BY_TYPE_REQ", 0x08, { ...range, type: attributeType });
export const ReadByTypeRsp = pdu("ATT_READ_BY_TYPE_RSP", 0x09, { entries: typeData });
export const ReadReq = pdu("ATT_READ_REQ", 0x0a, { handle: u16 });
export const ReadRsp = pdu("ATT_READ_RSP", 0x0b, { value: rest });
export const ReadBlobReq = pdu("ATT_READ_BLOB_REQ", 0x0c, { handle: u16, offset: u16 });
export const ReadBlobRsp = pdu("ATT_READ_BLOB_RSP", 0x0d, { value: rest });
export const ReadMultipleReq = pdu("ATT_READ_MULTIPLE_REQ", 0x0e, { handles: listOf(u16) });
export const ReadMultipleRsp = pdu("ATT_READ_MULTIPLE_RSP", 0x0f, { values: rest });
export const ReadByGroupTypeReq = pdu("ATT_READ_BY_GROUP_TYPE_REQ", 0x10, { ...range, type: attributeType });
export const ReadByGroupTypeRsp = pdu("ATT_READ_BY_GROUP_TYPE_RSP", 0x11, { groups: groupData });
export const WriteReq = pdu("ATT_WRITE_REQ", 0x12, { handle: u16, value: rest });
export const WriteRsp = pdu("ATT_WRITE_RSP", 0x13, {});
export const WriteCmd = pdu("ATT_WRITE_CMD", 0x52, { handle: u16, value: rest });
export const PrepareWriteReq = pdu("ATT_PREPARE_WRITE_REQ", 0x16, { handle: u16, offset: u16, value: rest });
export const PrepareWriteRsp = pdu("ATT_PREPARE_WRITE_RSP", 0x17, { handle: u16, offset: u16, value: rest });
export const ExecuteWriteReq = pdu("ATT_EXECUTE_WRITE_REQ", 0x18, { flags: oneOf({ cancel: 0, write: 1 }) });
export const ExecuteWriteRsp = pdu("ATT_EXECUTE_WRITE_RSP", 0x19, {});
export const ReadMultipleVariableReq = pdu("ATT_READ_MULTIPLE_VARIABLE_REQ", 0x20, { handles: listOf(u16) });
/** The last tuple may be cut by the MTU, so it is taken apart by the client. */
export const ReadMultipleVariableRsp = pdu("ATT_READ_MULTIPLE_VARIABLE_RSP", 0x21, { values: rest });
export const HandleValueNtf = pdu("ATT_HANDLE_VALUE_NTF", 0x1b, { handle: u16, value: rest });
export const MultipleHandleValueNtf = pdu("ATT_MULTIPLE_HANDLE_VALUE_NTF", 0x23, {
  values: listOf(struct({ handle: u16, value: sized(u16) })),
});
export const HandleValueInd = pdu("ATT_HANDLE_VALUE_IND", 0x1d, { handle: u16, value: rest });
export const HandleValueCfm = pdu("ATT_HANDLE_VALUE_CFM", 0x1e, {});

/** A request and the one response that answers it. */
export interface Procedure<Q extends Pdu, S extends Pdu> {
  readonly request: Q;
  readonly response: S;
}

function procedure<Q extends Pdu, S extends Pdu>(request: Q, response: S): Procedure<Q, S> {
  return { request, response };
}

export const ExchangeMtu = procedure(ExchangeMtuReq, ExchangeMtuRsp);
export const FindInformation = procedure(FindInformationReq, FindInformationRsp);
export const FindByTypeValue = procedure(FindByTypeValueReq, FindByTypeValueRsp);
export const ReadByType = procedure(ReadByTypeReq, ReadByTypeRsp);
export const Read = procedure(ReadReq, ReadRsp);
export const ReadBlob = procedure(ReadBlobReq, ReadBlobRsp);
export const ReadMultiple = procedure(ReadMultipleReq, ReadMultipleRsp);
export const ReadByGroupType = procedure(ReadByGroupTypeReq, ReadByGroupTypeRsp);
export const Write = procedure(WriteReq, WriteRsp);
export const PrepareWrite = procedure(PrepareWriteReq, PrepareWriteRsp);
export const ExecuteWrite = procedure(ExecuteWriteReq, ExecuteWriteRsp);
export const ReadMultipleVariable = procedure(ReadMultipleVariableReq, ReadMultipleVariableRsp);

/** For the trace: every PDU by its opcode. */
export const ATT_PDUS: readonly Pdu[] = [
  ErrorRsp,
  ExchangeMtuReq,
  ExchangeMtuRsp,
  FindInformationReq,
  FindInformationRsp,
  FindByTypeValueReq,
  FindByTypeValueRsp,
  ReadByTypeReq,
  ReadByTypeRsp,
  ReadReq,
  ReadRsp,
  ReadBlobReq,
  ReadBlobRsp,
  ReadMultipleReq,
  ReadMultipleRsp,
  ReadByGroupTypeReq,
  ReadByGroupTypeRsp,
  WriteReq,
  WriteRsp,
  WriteCmd,
  PrepareWriteReq,
  PrepareWriteRsp,
  ExecuteWriteReq,
  ExecuteWriteRsp,
  ReadMultipleVariableReq,
  ReadMultipleVariableRsp,
  HandleValueNtf,
  MultipleHandleValueNtf,
  HandleValueInd,
  HandleValueCfm,
];
