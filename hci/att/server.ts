import { equal } from "../codec/bytes.ts";
import { DecodeError } from "../codec/error.ts";
import type { Body, Pdu } from "../codec/pdu.ts";
import { decodePdu, encodePdu } from "../codec/pdu.ts";
import type { Uuid } from "../codec/uuid.ts";
import type { Bytes } from "../ports.ts";
import type { Attribute, LinkSecurity } from "./attribute.ts";
import { AttRefusal, securityError } from "./attribute.ts";
import type { AttBearer } from "./bearer.ts";
import { DEFAULT_MTU } from "./bearer.ts";
import { AttErrorCode } from "./errors.ts";
import { typeSize } from "./fields.ts";
import * as att from "./pdus.ts";
import { PrepareQueue } from "./prepared.ts";

/** What the layer above serves over one bearer. */
export interface ServedClient<Client> {
  readonly client: Client;
  /** From handle 1 on, without holes. */
  attributes(): readonly Attribute<Client>[];
  security(): LinkSecurity;
  /** Types whose declarations group attributes: the service declarations. */
  readonly groupTypes: readonly Uuid[];
  /** The largest ATT_MTU we accept. */
  readonly maxMtu: number;
  /** Looks at a request or command before it is served; a code refuses it (for a command: drops it). */
  admit(opcode: number, pdu: Uint8Array): number | null;
  confirmed(): void;
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** Answers one client, each request before the next PDU is looked at: nothing here waits. */
export class AttServer<Client> {
  readonly #bearer: AttBearer;
  readonly #served: ServedClient<Client>;
  readonly #queue = new PrepareQueue();
  readonly #handlers: ReadonlyMap<number, (pdu: Uint8Array) => Bytes>;

  constructor(bearer: AttBearer, served: ServedClient<Client>) {
    this.#bearer = bearer;
    this.#served = served;
    this.#handlers = this.#table();
  }

  start(): void {
    this.#bearer.serve = (pdu) => this.#receive(pdu);
  }

  #table(): ReadonlyMap<number, (pdu: Uint8Array) => Bytes> {
    const on = <P extends Pdu>(declaration: P, answer: (body: Body<P>) => Bytes) =>
      [declaration.opcode, (pdu: Uint8Array) => answer(decodePdu(declaration, pdu))] as const;
    return new Map([
      on(att.ExchangeMtuReq, (body) => this.#exchangeMtu(body.mtu)),
      on(att.FindInformationReq, (body) => this.#findInformation(body)),
      on(att.FindByTypeValueReq, (body) => this.#findByTypeValue(body)),
      on(att.ReadByTypeReq, (body) => this.#readByType(body)),
      on(att.ReadReq, ({ handle }) => this.#read(handle)),
      on(att.ReadBlobReq, ({ handle, offset }) => this.#readBlob(handle, offset)),
      on(att.ReadMultipleReq, ({ handles }) => this.#readMultiple(handles)),
      on(att.ReadMultipleVariableReq, ({ handles }) => this.#readMultipleVariable(handles)),
      on(att.ReadByGroupTypeReq, (body) => this.#readByGroupType(body)),
      on(att.WriteReq, ({ handle, value }) => this.#write(handle, value)),
      on(att.PrepareWriteReq, (body) => this.#prepareWrite(body)),
      on(att.ExecuteWriteReq, ({ flags }) => this.#executeWrite(flags === "write")),
    ]);
  }

  #receive(pdu: Uint8Array): void {
    const opcode = pdu[0] ?? 0;
    if (opcode === att.HandleValueCfm.opcode) return this.#served.confirmed();
    if ((opcode & 0x40) !== 0) return this.#command(opcode, pdu);
    // The link may end under the answer: then nobody waits for it.
    this.#bearer.sendBytes(this.#answer(opcode, pdu)).catch(() => {});
  }

  #answer(opcode: number, pdu: Uint8Array): Bytes {
    const handler = this.#handlers.get(opcode);
    if (handler === undefined) return refusal(opcode, 0, AttErrorCode.RequestNotSupported);
    const code = this.#served.admit(opcode, pdu);
    if (code !== null) return refusal(opcode, 0, code);
    try {
      return handler(pdu);
    } catch (error) {
      if (error instanceof Refusal) return refusal(opcode, error.handle, error.code);
      if (error instanceof DecodeError) return refusal(opcode, 0, AttErrorCode.InvalidPdu);
      throw error;
    }
  }

  /** Write Command alone is served; signed writes and unknown commands are ignored (3.3). */
  #command(opcode: number, pdu: Uint8Array): void {
    if (opcode !== att.WriteCmd.opcode || this.#served.admit(opcode, pdu) !== null) return;
    try {
      const { handle, value } = decodePdu(att.WriteCmd, pdu);
      const attribute = this.#find(handle);
      if (!attribute.commands) return;
      this.#requireWrite(attribute);
      this.#guard(handle, () => attribute.write(this.#served.client, value));
    } catch (error) {
      if (!(error instanceof Refusal) && !(error instanceof DecodeError)) throw error;
    }
  }

  #exchangeMtu(theirs: number): Bytes {
    const { maxMtu } = this.#served;
    const agreed = Math.max(DEFAULT_MTU, Math.min(maxMtu, theirs));
    if (theirs >= DEFAULT_MTU) this.#bearer.mtu = agreed;
    return encodePdu(att.ExchangeMtuRsp, { mtu: maxMtu });
  }

  #findInformation(range: Range): Bytes {
    const found = this.#within(range);
    const size = typeSize(this.#first(found, range).type);
    const fits = Math.floor((this.#bearer.mtu - 2) / (2 + size));
    const information = [];
    for (const { handle, type } of found) {
      if (typeSize(type) !== size || information.length === fits) break;
      information.push({ handle, type });
    }
    return encodePdu(att.FindInformationRsp, { information });
  }

  #findByTypeValue({ type, value, ...range }: Body<typeof att.FindByTypeValueReq>): Bytes {
    const fits = Math.floor((this.#bearer.mtu - 1) / 4);
    const found = this.#within(range).filter(
      (attribute) =>
        attribute.type === type &&
        this.#readError(attribute) === null &&
        equal(attribute.read(this.#served.client), value),
    );
    this.#first(found, range);
    const handles = found
      .slice(0, fits)
      .map(({ handle, groupEnd }) => ({ start: handle, end: groupEnd ?? handle }));
    return encodePdu(att.FindByTypeValueRsp, { handles });
  }

  #readByType({ type, ...range }: Body<typeof att.ReadByTypeReq>): Bytes {
    const found = this.#within(range).filter((attribute) => attribute.type === type);
    const first = this.#value(this.#first(found, range));
    const size = Math.min(first.length, this.#bearer.mtu - 4, 253);
    const entries = this.#sameLength(found, size, Math.floor((this.#bearer.mtu - 2) / (size + 2))).map(
      ({ attribute, value }) => ({ handle: attribute.handle, value }),
    );
    return encodePdu(att.ReadByTypeRsp, { entries });
  }

  #readByGroupType({ type, ...range }: Body<typeof att.ReadByGroupTypeReq>): Bytes {
    this.#requireRange(range);
    if (!this.#served.groupTypes.includes(type))
      throw new Refusal(range.start, AttErrorCode.UnsupportedGroupType);
    const found = this.#within(range).filter((attribute) => attribute.type === type);
    const first = this.#value(this.#first(found, range));
    const size = Math.min(first.length, this.#bearer.mtu - 6, 251);
    const groups = this.#sameLength(found, size, Math.floor((this.#bearer.mtu - 2) / (size + 4))).map(
      ({ attribute: { handle, groupEnd }, value }) => ({ start: handle, end: groupEnd ?? handle, value }),
    );
    return encodePdu(att.ReadByGroupTypeRsp, { groups });
  }

  /** As many as fit and give a value of that length; the first is known to. */
  #sameLength(found: readonly Attribute<Client>[], size: number, fits: number) {
    const entries: { readonly attribute: Attribute<Client>; readonly value: Bytes }[] = [];
    for (const attribute of found) {
      if (entries.length === fits || this.#readError(attribute) !== null) break;
      const value = this.#value(attribute).slice(0, size);
      if (value.length !== size || (entries.length > 0 && this.#value(attribute).length !== size)) break;
      entries.push({ attribute, value });
    }
    return entries;
  }

  #read(handle: number): Bytes {
    const value = this.#value(this.#find(handle)).slice(0, this.#bearer.mtu - 1);
    return encodePdu(att.ReadRsp, { value });
  }

  #readBlob(handle: number, offset: number): Bytes {
    const value = this.#value(this.#find(handle));
    if (offset > value.length) throw new Refusal(handle, AttErrorCode.InvalidOffset);
    return encodePdu(att.ReadBlobRsp, { value: value.slice(offset, offset + this.#bearer.mtu - 1) });
  }

  #readMultiple(handles: readonly number[]): Bytes {
    const values: number[] = [];
    for (const value of this.#several(handles)) values.push(...value);
    return encodePdu(att.ReadMultipleRsp, { values: Uint8Array.from(values.slice(0, this.#bearer.mtu - 1)) });
  }

  #readMultipleVariable(handles: readonly number[]): Bytes {
    const values: number[] = [];
    for (const value of this.#several(handles)) values.push(value.length & 0xff, value.length >> 8, ...value);
    const cut = Uint8Array.from(values.slice(0, this.#bearer.mtu - 1));
    return encodePdu(att.ReadMultipleVariableRsp, { values: cut });
  }

  #several(handles: readonly number[]): readonly Bytes[] {
    if (handles.length < 2) throw new Refusal(0, AttErrorCode.InvalidPdu);
    return handles.map((handle) => this.#value(this.#find(handle)));
  }

  #write(handle: number, value: Bytes): Bytes {
    const attribute = this.#find(handle);
    this.#requireWrite(attribute);
    this.#guard(handle, () => attribute.write(this.#served.client, value));
    return encodePdu(att.WriteRsp, {});
  }

  #prepareWrite(body: Body<typeof att.PrepareWriteReq>): Bytes {
    this.#requireWrite(this.#find(body.handle));
    this.#guard(body.handle, () => this.#queue.add(body));
    return encodePdu(att.PrepareWriteRsp, body);
  }

  #executeWrite(write: boolean): Bytes {
    if (!write) this.#queue.clear();
    const taken = this.#queue.take((handle) => this.#find(handle).read(this.#served.client));
    if ("code" in taken) throw new Refusal(taken.handle, taken.code);
    // Security may have gone since the parts were queued: all are asked before one is written.
    for (const handle of taken.values.keys()) this.#requireWrite(this.#find(handle));
    for (const [handle, value] of taken.values) {
      this.#guard(handle, () => this.#find(handle).write(this.#served.client, value));
    }
    return encodePdu(att.ExecuteWriteRsp, {});
  }

  #within(range: Range): readonly Attribute<Client>[] {
    this.#requireRange(range);
    return this.#served.attributes().filter(({ handle }) => handle >= range.start && handle <= range.end);
  }

  #requireRange({ start, end }: Range): void {
    if (start === 0 || start > end) throw new Refusal(start, AttErrorCode.InvalidHandle);
  }

  #first(found: readonly Attribute<Client>[], { start }: Range): Attribute<Client> {
    const [first] = found;
    if (first === undefined) throw new Refusal(start, AttErrorCode.AttributeNotFound);
    return first;
  }

  #find(handle: number): Attribute<Client> {
    const found = this.#served.attributes()[handle - 1];
    if (found === undefined) throw new Refusal(handle, AttErrorCode.InvalidHandle);
    return found;
  }

  #value(attribute: Attribute<Client>): Bytes {
    const code = this.#readError(attribute);
    if (code !== null) throw new Refusal(attribute.handle, code);
    return this.#guard(attribute.handle, () => attribute.read(this.#served.client));
  }

  #readError({ readNeed }: Attribute<Client>): number | null {
    return readNeed === null
      ? AttErrorCode.ReadNotPermitted
      : securityError(readNeed, this.#served.security());
  }

  #requireWrite({ handle, writeNeed }: Attribute<Client>): void {
    const code =
      writeNeed === null ? AttErrorCode.WriteNotPermitted : securityError(writeNeed, this.#served.security());
    if (code !== null) throw new Refusal(handle, code);
  }

  /** A refusal by the value's own code gets its handle; anything else is our own mistake. */
  #guard<T>(handle: number, work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw error instanceof AttRefusal ? new Refusal(handle, error.code) : error;
    }
  }
}

class Refusal extends Error {
  readonly handle: number;
  readonly code: number;

  constructor(handle: number, code: number) {
    super(`0x${code.toString(16)} on handle ${handle}`);
    this.handle = handle;
    this.code = code;
  }
}

function refusal(request: number, handle: number, code: number): Bytes {
  return encodePdu(att.ErrorRsp, { request, handle, code });
}
