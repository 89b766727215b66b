/**
 * A file behind a `FileSystemFileHandle`, as strict as the File System Access API: permission by a person's act only, a
 * swap file that replaces the file when it is closed and never before, one writer, and a disk that can be full or gone.
 */
import type { FileHandle, FileOnDisk, FileWriter } from "../../src/storage/backup/file-handle.ts";

const fails = (name: string): never => {
  throw new DOMException("The stand-in says no", name);
};

export class FileStandIn implements FileHandle {
  readonly name: string;
  /** Null: moved, deleted, or the stick is not there. */
  content: Uint8Array<ArrayBuffer> | null = new Uint8Array(0);
  modified = 1;
  permission: PermissionState = "granted";
  /** What the person answers when the browser asks. */
  answers: PermissionState = "granted";
  /** The person clicked a moment ago: good for one question. */
  active = false;
  asked = 0;
  /** Octets that the disk takes. */
  room = Number.POSITIVE_INFINITY;
  /** Somebody else writes to it. */
  taken = false;
  /** What reaches the disk. */
  commit = (octets: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> => octets;
  /** How often the file was replaced. */
  replaced = 0;
  /** Swap files that are neither closed nor aborted. */
  open = 0;

  constructor(name: string) {
    this.name = name;
  }

  get text(): string {
    return new TextDecoder().decode(this.content ?? new Uint8Array(0));
  }

  /** Another program wrote it. */
  overwrite(text: string): void {
    this.content = new TextEncoder().encode(text);
    this.modified++;
  }

  async queryPermission(): Promise<PermissionState> {
    return this.permission;
  }

  async requestPermission(): Promise<PermissionState> {
    if (this.permission !== "prompt") return this.permission;
    if (!this.active) fails("SecurityError");
    this.active = false;
    this.asked++;
    this.permission = this.answers;
    return this.permission;
  }

  async getFile(): Promise<FileOnDisk> {
    if (this.permission !== "granted") fails("NotAllowedError");
    const { content, modified } = this;
    if (content === null) return fails("NotFoundError");
    return {
      size: content.length,
      lastModified: modified,
      arrayBuffer: async () => {
        if (this.content === null || this.modified !== modified) fails("NotReadableError");
        return content.slice().buffer;
      },
    };
  }

  async createWritable(options: { readonly keepExistingData: boolean }): Promise<FileWriter> {
    if (this.permission !== "granted") fails("NotAllowedError");
    if (this.content === null) fails("NotFoundError");
    if (this.taken || this.open > 0) fails("NoModificationAllowedError");
    this.open++;
    let swap = options.keepExistingData ? (this.content ?? new Uint8Array(0)) : new Uint8Array(0);
    let state: "open" | "done" = "open";
    const alive = () => {
      if (state === "done") throw new TypeError("Cannot write: the stream is closed");
    };
    const end = () => {
      state = "done";
      this.open--;
    };
    return {
      write: async (data) => {
        alive();
        if (swap.length + data.length > this.room) fails("QuotaExceededError");
        swap = Uint8Array.from([...swap, ...data]);
      },
      close: async () => {
        alive();
        end();
        if (this.permission !== "granted") fails("NotAllowedError");
        this.content = this.commit(swap);
        this.modified++;
        this.replaced++;
      },
      abort: async () => {
        alive();
        end();
      },
    };
  }
}
