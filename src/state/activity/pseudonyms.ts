/** Takes out of a text who the devices are: names that are known, and whatever has the form of an address. */

/** `C0:11:22:33:44:55`, or twelve digits where a field or an id says that they are an address. */
const COLONS = /\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b/gi;
const FIELD = /(address=|\b(?:random|public)-)([0-9a-f]{12})\b/gi;
/** A name this short is a word like any other: taking it out would take words out. */
const SHORTEST_NAME = 3;

export class PseudonymsOf {
  readonly #names: readonly string[];
  readonly #numbers = new Map<string, number>();

  constructor(names: Iterable<string>) {
    // The longest first: one name may be the beginning of another.
    this.#names = [...new Set(names)]
      .filter(({ length }) => length >= SHORTEST_NAME)
      .toSorted((a, b) => b.length - a.length);
  }

  hide(text: string): string {
    const withoutAddresses = text
      .replaceAll(COLONS, (address) => this.#address(address.replaceAll(":", "")))
      .replaceAll(FIELD, (_, before: string, digits: string) => `${before}${this.#address(digits)}`);
    return this.#names.reduce(
      (hidden, name, index) =>
        // As it stands in JSON, too.
        hidden
          .replaceAll(name, `device ${index + 1}`)
          .replaceAll(JSON.stringify(name).slice(1, -1), `device ${index + 1}`),
      withoutAddresses,
    );
  }

  #address(digits: string): string {
    const key = digits.toLowerCase();
    const known = this.#numbers.get(key) ?? this.#numbers.size + 1;
    this.#numbers.set(key, known);
    return `address-${known}`;
  }
}
