import assert from "node:assert/strict";
import { test } from "node:test";
import { AttError, AttErrorCode, GattProtocolError } from "../../../hci/att/errors.ts";
import type { AttBearer } from "../../../hci/att/bearer.ts";
import { encodePdu, decodePdu } from "../../../hci/codec/pdu.ts";
import type { Body, Pdu } from "../../../hci/codec/pdu.ts";
import { discoverIncluded } from "../../../hci/gatt/discover.ts";
import { INCLUDE } from "../../../hci/gatt/uuids.ts";
import { ReadByTypeReq, ReadReq } from "../../../hci/att/pdus.ts";
import type { Procedure } from "../../../hci/att/pdus.ts";

/** A server whose every handle declares an included service with a UUID of 128 bits. */
class OnlyIncludes {
  requests = 0;

  async request<Q extends Pdu, S extends Pdu>(
    { request, response }: Procedure<Q, S>,
    body: Body<Q>,
  ): Promise<Body<S>> {
    this.requests++;
    const asked = encodePdu(request, body);
    if (request.opcode === ReadReq.opcode) return decodePdu(response, answer(response, new Uint8Array(16)));
    const { start, type } = decodePdu(ReadByTypeReq, asked);
    assert.equal(type, INCLUDE);
    const handles = Array.from({ length: 80 }, (_, i) => start + i).filter((handle) => handle <= 0xffff);
    if (handles.length === 0) throw new AttError(AttErrorCode.AttributeNotFound, request.name, start);
    const entries = handles.flatMap((handle) => [handle & 0xff, handle >> 8, 1, 0, 9, 0]);
    return decodePdu(response, answer(response, Uint8Array.of(6, ...entries)));
  }
}

function answer({ opcode }: Pdu, rest: Uint8Array): Uint8Array {
  return Uint8Array.of(opcode, ...rest);
}

test("a server that includes services at every handle does not keep the client busy with reads", async () => {
  const server: Pick<AttBearer, "request"> & { requests: number } = new OnlyIncludes();
  await assert.rejects(
    discoverIncluded(server, { start: 1, end: 0xffff }),
    (error: unknown) => error instanceof GattProtocolError && /too many requests/.test(error.message),
  );
  assert.ok(server.requests <= 2 * 4096, `${server.requests} requests`);
});
