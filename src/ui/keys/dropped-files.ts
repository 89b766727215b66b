/** Files as they were picked or dropped, with their paths; folders are walked through. */
import type { PickedKeyFile } from "../../state/keys/import.ts";

/** More are no store of keys; the rest of a folder is not even looked at. */
const MAX_FILES = 20_001;
const MAX_DEPTH = 12;

export function pickedFiles(files: FileList): readonly PickedKeyFile[] {
  return Array.from(files, (file) =>
    picked(file, file.webkitRelativePath === "" ? file.name : file.webkitRelativePath),
  );
}

export async function droppedFiles(items: DataTransferItemList): Promise<readonly PickedKeyFile[]> {
  // The list is empty after the first wait: all of it is taken now. What is on no disk has no entry.
  const given = Array.from(items, (item) => item.webkitGetAsEntry() ?? item.getAsFile());
  const found: PickedKeyFile[] = [];
  for (const one of given) {
    if (one instanceof File) found.push(picked(one, one.name));
    else if (one !== null) await walk(one, found, 0);
  }
  return found;
}

async function walk(entry: FileSystemEntry, found: PickedKeyFile[], depth: number): Promise<void> {
  if (found.length >= MAX_FILES || depth > MAX_DEPTH) return;
  if (isFile(entry)) {
    const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
    found.push(picked(file, entry.fullPath.replace(/^\//u, "")));
  } else if (isDirectory(entry)) {
    const reader = entry.createReader();
    for (;;) {
      // A reader gives a hundred at a time, and none at the end.
      const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
        reader.readEntries(resolve, reject),
      );
      if (some.length === 0 || found.length >= MAX_FILES) return;
      for (const inner of some) await walk(inner, found, depth + 1);
    }
  }
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isDirectory = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;

function picked(file: File, path: string): PickedKeyFile {
  return { path, size: file.size, arrayBuffer: () => file.arrayBuffer() };
}
