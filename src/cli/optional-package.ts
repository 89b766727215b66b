import { UsageError } from "./usage-error.ts";

/** A package that an installation may lack: loaded when it is wanted, missed by name. */
export async function optional<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    throw new UsageError(
      `Cannot use this transport: the package ${name} is not installed (npm install ${name})`,
      {
        cause,
      },
    );
  }
}
