/** `C0:11:22:33:44:55` out of the id of a peer or of ours, such as `random-c01122334455`; undefined for any other form. */
export function addressWords(id: string): string | undefined {
  const digits = /^(?:public|random)-([\da-f]{12})$/u.exec(id)?.[1];
  return digits?.toUpperCase().match(/../gu)?.join(":");
}
