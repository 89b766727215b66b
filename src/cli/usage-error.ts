/** Wrong use of the command line: the process ends with 64. Its message never repeats a value. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
