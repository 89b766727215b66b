import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { BACKLOG_LIMIT, fromHost, H4Transport } from "../../hci/transport/h4-transport.ts";
import type { Transport } from "../../hci/transport/transport.ts";
import { TransportError } from "../../hci/transport/transport.ts";
import { CloseCode, closePayload, FrameError, FrameReader, Opcode, serverFrame } from "./websocket-frames.ts";

/** RFC 6455 1.3 */
const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/** How long a client may take to close its side. */
const FAREWELL_MS = 2000;

/** Why this upgrade is not one we take, or undefined. Browsers name the page's origin; only local pages are let in. */
export function refusalOf(request: IncomingMessage): string | undefined {
  const { headers } = request;
  if (headers.upgrade?.toLowerCase() !== "websocket" || headers["sec-websocket-version"] !== "13") {
    return "426 Upgrade Required";
  }
  if (!/^[A-Za-z0-9+/]{22}==$/.test(headers["sec-websocket-key"] ?? "")) return "400 Bad Request";
  return isLocal(headers.origin) ? undefined : "403 Forbidden";
}

function isLocal(origin: string | undefined): boolean {
  if (origin === undefined) return true;
  const url = URL.parse(origin);
  if (url === null) return false;
  return url.protocol === "isolated-app:" || ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
}

export function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** Takes an upgrade that `refusalOf` has nothing against, and gives the transport to the host behind it. */
export function acceptWebSocket(request: IncomingMessage, socket: Duplex, head: Uint8Array): Transport {
  const key = request.headers["sec-websocket-key"] ?? "";
  const accept = createHash("sha1")
    .update(key + GUID)
    .digest("base64");
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  const connection = new Connection(socket);
  if (head.length > 0) connection.receive(head);
  return connection.transport;
}

/** Keeps what ended it, so that the client can be told. */
class ReasonedTransport extends H4Transport {
  failure: Error | undefined;

  override fail(error: Error): void {
    this.failure ??= error;
    super.fail(error);
  }
}

class Connection {
  readonly transport: ReasonedTransport;
  readonly #socket: Duplex;
  readonly #reader = new FrameReader();

  constructor(socket: Duplex) {
    this.#socket = socket;
    this.transport = new ReasonedTransport(
      { write: (octets) => this.#write(octets), close: () => this.#close() },
      fromHost,
    );
    const lost = (why: string, cause?: Error): void =>
      this.transport.fail(new TransportError(`Cannot go on: ${why}`, { cause }));
    socket.on("data", (chunk: Uint8Array) => this.receive(chunk));
    socket.on("error", (cause) => lost("the socket failed", cause));
    socket.on("close", () => lost("the client closed the WebSocket"));
  }

  receive(chunk: Uint8Array): void {
    try {
      for (const { opcode, payload } of this.#reader.push(chunk)) this.#take(opcode, payload);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.transport.fail(error);
    }
  }

  #take(opcode: number, payload: Uint8Array): void {
    if (opcode === Opcode.ping) this.#socket.write(serverFrame(Opcode.pong, payload));
    else if (opcode === Opcode.close) void this.transport.close();
    else if (opcode !== Opcode.pong) this.transport.receive(payload);
  }

  #write(octets: Uint8Array): void {
    if (this.#socket.writableLength > BACKLOG_LIMIT)
      throw new TransportError("Cannot send: the other side does not read");
    this.#socket.write(serverFrame(Opcode.binary, octets));
  }

  #close(): void {
    const { failure } = this.transport;
    const code = failure instanceof FrameError ? failure.code : failure ? CloseCode.policy : CloseCode.normal;
    this.#socket.end(serverFrame(Opcode.close, closePayload(code, failure?.message ?? "")));
    setTimeout(() => this.#socket.destroy(), FAREWELL_MS).unref();
  }
}
