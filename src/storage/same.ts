/** Cyclic or absurdly deep data counts as the same below this depth: it only decides whether a copy is kept again. */
const DEPTH = 32;

/**
 * Whether two structured clones say the same. Fields in any order; a missing field and `undefined` are different.
 * What is neither plain data, a date nor octets counts as the same when it is of one kind.
 */
export function sameValue(a: unknown, b: unknown, depth = DEPTH): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (depth === 0) return true;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((entry, i) => sameValue(entry, b[i], depth - 1));
  }
  const kind = Object.prototype.toString.call(a);
  if (kind !== Object.prototype.toString.call(b)) return false;
  if (a instanceof Date && b instanceof Date) return Object.is(a.getTime(), b.getTime());
  if (a instanceof Uint8Array && b instanceof Uint8Array) {
    return a.length === b.length && a.every((octet, i) => octet === b[i]);
  }
  if (kind !== "[object Object]") return true;
  const [left, right] = [new Map(Object.entries(a)), new Map(Object.entries(b))];
  if (left.size !== right.size) return false;
  for (const [name, value] of left) {
    if (!right.has(name) || !sameValue(value, right.get(name), depth - 1)) return false;
  }
  return true;
}
