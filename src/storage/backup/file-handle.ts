/** The part of the File System Access API that is used here. Every rejection is a DOMException. */

const READ_WRITE = { mode: "readwrite" } as const;
type ReadWrite = typeof READ_WRITE;

export interface FileWriter {
  write(data: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Only then the file is replaced, as a whole. */
  close(): Promise<void>;
  /** The file stays as it was. */
  abort(): Promise<void>;
}

export interface FileOnDisk {
  /** Octets. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly lastModified: number;
  arrayBuffer(): Promise<ArrayBuffer>;
}

export interface FileHandle {
  readonly name: string;
  queryPermission(descriptor: ReadWrite): Promise<PermissionState>;
  /** Needs a person's act just before. */
  requestPermission(descriptor: ReadWrite): Promise<PermissionState>;
  getFile(): Promise<FileOnDisk>;
  createWritable(options: {
    readonly keepExistingData: false;
    readonly mode: "exclusive";
  }): Promise<FileWriter>;
}

export const permissionOf = (handle: FileHandle): Promise<PermissionState> =>
  handle.queryPermission(READ_WRITE);
export const askPermission = (handle: FileHandle): Promise<PermissionState> =>
  handle.requestPermission(READ_WRITE);

/** All or nothing: until the last moment the file is as it was. */
export async function replaceFile(handle: FileHandle, octets: Uint8Array<ArrayBuffer>): Promise<void> {
  const writer = await handle.createWritable({ keepExistingData: false, mode: "exclusive" });
  try {
    await writer.write(octets);
    await writer.close();
  } catch (error) {
    // One that failed to close cannot be aborted either, and says so; the first reason counts.
    await writer.abort().catch(() => undefined);
    throw error;
  }
}
