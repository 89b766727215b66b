/**
 * Small checks for data from outside this program: rows of an older or damaged database, files, messages. A check
 * returns a fresh value of its type or throws `Misfit`, which names the field; it never repairs by guessing.
 */

/** Where in the data something is wrong, and what. */
export class Misfit extends Error {
  override readonly name = "Misfit";
  /** From the outside in; filled while the error travels up, so that data that fits costs nothing. */
  readonly path: (string | number)[] = [];
  readonly problem: string;

  constructor(problem: string) {
    super(problem);
    this.problem = problem;
  }

  /** As in `records[3].proofs[0].at`; empty for the value as a whole. */
  get where(): string {
    return pathText(this.path);
  }

  /** `records[3].name: not a text`. */
  describe(): string {
    return this.where === "" ? this.problem : `${this.where}: ${this.problem}`;
  }
}

/** Collects the fields a check does not know, by path. */
export class UnknownFields {
  readonly #path: (string | number)[] = [];
  readonly found: string[] = [];
  readonly #limit: number;

  constructor(limit = 100) {
    this.#limit = limit;
  }

  within<T>(step: string | number, work: () => T): T {
    this.#path.push(step);
    try {
      return work();
    } finally {
      this.#path.pop();
    }
  }

  add(name: string): void {
    if (this.found.length < this.#limit) this.found.push(pathText([...this.#path, name]));
  }
}

export type Check<T> = (value: unknown, unknown?: UnknownFields) => T;
export type Checked<C> = C extends Check<infer T> ? T : never;

/** Undefined for what does not fit; what else goes wrong is thrown. */
export function fitting<T>(check: Check<T>, value: unknown): T | undefined {
  try {
    return check(value);
  } catch (error) {
    if (error instanceof Misfit) return undefined;
    throw error;
  }
}

function pathText(path: readonly (string | number)[]): string {
  return path
    .map((step) => (typeof step === "number" ? `[${step}]` : `.${step.slice(0, 60)}`))
    .join("")
    .replace(/^\./u, "");
}

function under<T>(step: string | number, unknown: UnknownFields | undefined, work: () => T): T {
  try {
    return unknown === undefined ? work() : unknown.within(step, work);
  } catch (error) {
    if (error instanceof Misfit) error.path.unshift(step);
    throw error;
  }
}

export const boolean: Check<boolean> = (value) => {
  if (typeof value !== "boolean") throw new Misfit("not true or false");
  return value;
};

/** Text of at most `max` UTF-16 units. */
export function text(max: number, min = 0): Check<string> {
  return (value) => {
    if (typeof value !== "string") throw new Misfit("not a text");
    if (value.length > max) throw new Misfit(`longer than ${max} characters`);
    if (value.length < min) throw new Misfit("empty");
    return value;
  };
}

/** Text that fits `pattern`; `what` names it in the error. */
export function pattern(shape: RegExp, what: string): Check<string> {
  return (value) => {
    if (typeof value !== "string" || !shape.test(value)) throw new Misfit(`not ${what}`);
    return value;
  };
}

/** A text check whose result is passed through `change`, such as a clean-up. */
export function changed<T, U>(check: Check<T>, change: (value: T) => U): Check<U> {
  return (value, unknown) => change(check(value, unknown));
}

export function integer(min: number, max: number): Check<number> {
  return (value) => {
    if (typeof value !== "number" || !Number.isInteger(value)) throw new Misfit("not a whole number");
    if (value < min || value > max) throw new Misfit(`not between ${min} and ${max}`);
    return value;
  };
}

export function exactly<const T extends string | number>(expected: T): Check<T> {
  return (value) => {
    if (value !== expected) throw new Misfit(`not ${JSON.stringify(expected)}`);
    return expected;
  };
}

export function oneOf<const T extends string>(...values: readonly T[]): Check<T> {
  const known = new Map<unknown, T>(values.map((value) => [value, value]));
  return (value) => {
    const found = known.get(value);
    if (found === undefined) throw new Misfit(`not one of ${values.join(", ")}`);
    return found;
  };
}

export function nullable<T>(check: Check<T>): Check<T | null> {
  return (value, unknown) => (value === null ? null : check(value, unknown));
}

export function listOf<T>(check: Check<T>, max: number): Check<readonly T[]> {
  return (value, unknown) => {
    if (!Array.isArray(value)) throw new Misfit("not a list");
    if (value.length > max) throw new Misfit(`more than ${max} entries`);
    return Array.from(value, (entry: unknown, i) => under(i, unknown, () => check(entry, unknown)));
  };
}

type Shape = Readonly<Record<string, Check<unknown>>>;
type Fields<S extends Shape> = { readonly [K in keyof S]: Checked<S[K]> };

/** Whether `value` is an object with fields, as JSON or a structured clone makes it. */
export function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An object with these fields; `optional` ones may be missing. Others are left out and reported to `unknown`. */
export function fields<S extends Shape>(shape: S): Check<Fields<S>>;
export function fields<S extends Shape, O extends Shape>(
  shape: S,
  optional: O,
): Check<Fields<S> & Partial<Fields<O>>>;
export function fields(shape: Shape, optional: Shape = {}): Check<Readonly<Record<string, unknown>>> {
  const required = Object.entries(shape);
  const extra = Object.entries(optional);
  const known = new Set([...Object.keys(shape), ...Object.keys(optional)]);
  return (value, unknown) => {
    if (!isFields(value)) throw new Misfit("not an object");
    const result: Record<string, unknown> = {};
    for (const [name, check] of required) {
      result[name] = under(name, unknown, () => {
        if (!Object.hasOwn(value, name)) throw new Misfit("missing");
        return check(value[name], unknown);
      });
    }
    for (const [name, check] of extra) {
      if (Object.hasOwn(value, name) && value[name] !== undefined) {
        result[name] = under(name, unknown, () => check(value[name], unknown));
      }
    }
    if (unknown !== undefined) {
      for (const name of Object.keys(value)) if (!known.has(name)) unknown.add(name);
    }
    return result;
  };
}
