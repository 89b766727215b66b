/** Medical floating point numbers of ISO/IEEE 11073-20601, as GATT carries them: a decimal exponent and a mantissa. */

/** `text` keeps the precision the device sent: 36.50 is not 36.5. `number` is null for the values that are none. */
export interface MedicalFloat {
  readonly text: string;
  readonly number: number | null;
}

const NOT_A_NUMBER: MedicalFloat = { text: "not a number", number: null };
const NOT_AT_THIS_RESOLUTION: MedicalFloat = { text: "not at this resolution", number: null };
const RESERVED: MedicalFloat = { text: "reserved value", number: null };
const PLUS_INFINITY: MedicalFloat = { text: "+infinity", number: null };
const MINUS_INFINITY: MedicalFloat = { text: "−infinity", number: null };

/** 16 bits: exponent in the upper 4, mantissa in the lower 12, both in two's complement. */
export function sfloat(raw: number): MedicalFloat {
  const special = specialOf(raw, 0x07fe);
  if (special !== null) return special;
  return decimal(signExtend(raw & 0xfff, 12), signExtend(raw >> 12, 4));
}

/** 32 bits: exponent in the upper 8, mantissa in the lower 24, both in two's complement. */
export function float32of11073(raw: number): MedicalFloat {
  const special = specialOf(raw, 0x007ffffe);
  if (special !== null) return special;
  return decimal(signExtend(raw & 0xffffff, 24), signExtend(raw >>> 24, 8));
}

/** The five special values follow one another, with exponent 0: +infinity, NaN, NRes, reserved, −infinity. */
function specialOf(raw: number, first: number): MedicalFloat | null {
  switch (raw - first) {
    case 0:
      return PLUS_INFINITY;
    case 1:
      return NOT_A_NUMBER;
    case 2:
      return NOT_AT_THIS_RESOLUTION;
    case 3:
      return RESERVED;
    case 4:
      return MINUS_INFINITY;
    default:
      return null;
  }
}

function decimal(mantissa: number, exponent: number): MedicalFloat {
  const number = Number(`${mantissa}e${exponent}`);
  if (exponent < -12 || exponent > 12) return { text: `${mantissa}e${exponent}`, number };
  if (exponent >= 0) return { text: String(number), number };
  return { text: number.toFixed(-exponent), number };
}

function signExtend(value: number, bits: number): number {
  return value >= 2 ** (bits - 1) ? value - 2 ** bits : value;
}
