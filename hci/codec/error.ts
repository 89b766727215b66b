/** Octets from outside do not have the declared form. The peer's or the adapter's fault, never ours. */
export class DecodeError extends Error {
  override readonly name = "DecodeError";
}

/** A value cannot be put into its declared form. A mistake in our own code: it is never caught. */
export class EncodeError extends Error {
  override readonly name = "EncodeError";
}
