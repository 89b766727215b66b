import { UsageError } from "./usage-error.ts";

/** A package that an installation may lack: loaded when it is wanted. Rejects with UsageError, which names it. */
export async function optional<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    const why = isAbsent(name, cause)
      ? `the package ${name} is not installed (npm install ${name})`
      : `the package ${name} cannot be loaded on this system`;
    throw new UsageError(`Cannot use this transport: ${why}`, { cause });
  }
}

/** It, and not something that it needs. */
function isAbsent(name: string, error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "ERR_MODULE_NOT_FOUND" && String(error).includes(`'${name}'`);
}
