/**
 * Where things lie in the memory that the generated function works on. A *plane* is one bit of one octet of 128 keys: 16
 * octets, the first key in the most significant bit. An octet is eight planes, most significant bit first; a column of
 * the AES state is four octets, the state four columns.
 */
export const PLANE = 16;
export const OCTET = 8 * PLANE;
export const COLUMN = 4 * OCTET;
export const STATE = 4 * COLUMN;

/** Keys that are worked on at once. */
export const LANES = 128;

/** The question: three octets of prand and three of the hash, every plane all ones or all zeros. */
export const PRAND = 0;
export const HASH = PRAND + 3 * OCTET;
/** Two states that the rounds read and write by turns; the first at a multiple of its size. */
export const FRONT = STATE;
export const BACK = 2 * STATE;
/** The groups of keys follow. */
export const GROUPS = 3 * STATE;

/**
 * One group of 128 expanded keys. Of the first round only three octets depend on prand, of the last two only three
 * octets are asked for, so that is all that is kept of them.
 */
export const GROUP = {
  /** Octets 13 to 15 of the key itself. */
  first: 0,
  /** The state after round 1 without what those three octets add to it. */
  base: 3 * OCTET,
  /** Round keys 2 to 8. */
  rounds: 3 * OCTET + STATE,
  /** Octets 1, 6 and 11 of round key 9, then octets 13 to 15 of round key 10. */
  last: 3 * OCTET + 8 * STATE,
  /** The answer: one bit per key. */
  match: 9 * OCTET + 8 * STATE,
  size: 9 * OCTET + 8 * STATE + PLANE,
} as const;
