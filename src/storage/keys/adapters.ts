/** Which dongle is which, and whether it may have the keys of another time. What an adapter says of itself is a claim. */
import { isFields, Misfit } from "../check.ts";
import { StorageError } from "../ports.ts";
import { sameValue } from "../same.ts";
import { unreadableRow, type KeyRows } from "./key-rows.ts";
import { adapterRow, MAX_ACCEPTED, type AdapterClaim, type AdapterRow } from "./rows.ts";

/** An adapter that may have the bonds stored for `id`. Only recognition and a person's consent make one. */
export interface AdmittedAdapter {
  readonly id: string;
  readonly admitted: true;
}

export interface Difference {
  readonly field: keyof AdapterClaim;
  readonly was: string;
  readonly is: string;
}

export type Recognition =
  /** As it was when a person last agreed. */
  | { readonly kind: "known"; readonly adapter: AdapterRow; readonly learned: boolean }
  | { readonly kind: "new" }
  /** Claims the address of these, nearest first, and is not as they were: a person decides which it is. */
  | {
      readonly kind: "differs";
      readonly from: readonly {
        readonly adapter: AdapterRow;
        readonly differences: readonly Difference[];
      }[];
    };

/**
 * Decides who `claim` is. One that was never seen is new. One with a known address, or with the same serial number where
 * it has no address, is known only if it is in every point as it was at one of the times a person agreed; what was never
 * known before (USB ids) may be learned, what was known may not be missing.
 */
export function recognise(known: readonly AdapterRow[], claim: AdapterClaim): Recognition {
  const alike = known.flatMap((adapter) => {
    const fitting = adapter.accepted.filter((accepted) => isSameDevice(accepted, claim));
    const learnable = fitting.every(({ usb }) => usb === null);
    const nearest = fitting
      .map((accepted) => ({ accepted, differences: differencesOf(accepted, claim, learnable) }))
      .sort((a, b) => a.differences.length - b.differences.length)[0];
    return nearest === undefined ? [] : [{ adapter, ...nearest }];
  });
  const [nearest] = alike.sort((a, b) => a.differences.length - b.differences.length);
  if (nearest === undefined) return { kind: "new" };
  if (nearest.differences.length === 0) {
    return {
      kind: "known",
      adapter: nearest.adapter,
      learned: nearest.accepted.usb === null && claim.usb !== null,
    };
  }
  return { kind: "differs", from: alike.map(({ adapter, differences }) => ({ adapter, differences })) };
}

const NO_ADDRESSES: ReadonlySet<string> = new Set(["00:00:00:00:00:00", "FF:FF:FF:FF:FF:FF"]);
const addressIn = ({ address }: AdapterClaim): string | null =>
  address === null || NO_ADDRESSES.has(address) ? null : address;

function isSameDevice(known: AdapterClaim, claim: AdapterClaim): boolean {
  const address = addressIn(claim);
  if (address !== null) return addressIn(known) === address;
  const serial = claim.usb?.serial ?? "";
  return addressIn(known) === null && serial !== "" && sameValue(known.usb, claim.usb);
}

const COMPARED = [
  "hciVersion",
  "hciSubversion",
  "lmpVersion",
  "lmpSubversion",
  "manufacturer",
  "features",
  "usb",
] as const;

function differencesOf(known: AdapterClaim, claim: AdapterClaim, learnable: boolean): readonly Difference[] {
  return COMPARED.filter((field) => {
    if (field === "usb" && known.usb === null && learnable) return false;
    return !sameValue(known[field], claim[field]);
  }).map((field) => ({ field, was: wordsOf(known[field]), is: wordsOf(claim[field]) }));
}

function wordsOf(value: AdapterClaim[(typeof COMPARED)[number]]): string {
  if (value === null) return "not known";
  if (typeof value !== "object") return String(value);
  const hex = (id: number): string => id.toString(16).padStart(4, "0");
  return `${hex(value.vendorId)}:${hex(value.productId)} ${value.serial ?? "without serial number"}`;
}

export interface AdapterPorts {
  readonly rows: KeyRows;
  now(): number;
  newId(): string;
}

/** The adapters a person has used. */
export class Adapters {
  readonly #ports: AdapterPorts;

  constructor(ports: AdapterPorts) {
    this.#ports = ports;
  }

  /** In the order of their ids. Rejects with `unreadable` where one is damaged: it must not look new. */
  async all(): Promise<readonly AdapterRow[]> {
    const { rows } = this.#ports;
    const fits: AdapterRow[] = [];
    for (const raw of await rows.all("adapters")) {
      try {
        fits.push(adapterRow(raw));
      } catch (error) {
        if (!(error instanceof Misfit)) throw error;
        const id = isFields(raw) ? String(raw["id"]) : "?";
        const found = { table: "adapters", id, reason: error.describe(), raw } as const;
        await rows.setAside([found]);
        throw unreadableRow(found);
      }
    }
    return fits;
  }

  async recognise(claim: AdapterClaim): Promise<Recognition> {
    return recognise(await this.all(), claim);
  }

  /** For one that is known in every point; undefined for all others. Writes nothing. */
  async known(claim: AdapterClaim): Promise<AdmittedAdapter | undefined> {
    const recognition = await this.recognise(claim);
    return recognition.kind === "known" ? { id: recognition.adapter.id, admitted: true } : undefined;
  }

  /** For one that is known. Notes when it was seen, and what was learned of it. Rejects for all others. */
  async admit(claim: AdapterClaim): Promise<AdmittedAdapter> {
    const recognition = await this.recognise(claim);
    if (recognition.kind !== "known")
      throw new TypeError("Cannot admit this adapter: a person has to agree first");
    const { adapter, learned } = recognition;
    if (!learned) return this.#write(adapter, null, adapter.label);
    // What was not known then is no longer enough to be recognised by.
    const before = adapter.accepted.filter((accepted) => !sameValue(accepted, { ...claim, usb: null }));
    return this.#write({ ...adapter, accepted: before }, claim, adapter.label);
  }

  /** A new record of its own, without bonds: for a new adapter, or one that a person says is another. */
  async add(claim: AdapterClaim, label: string): Promise<AdmittedAdapter> {
    const at = new Date(this.#ports.now()).toISOString();
    const id = this.#ports.newId();
    const row = { v: 1, id, rev: 1, label, createdAt: at, lastSeenAt: at, accepted: [claim] } as const;
    await this.#replace(adapterRow(row), null);
    return { id, admitted: true };
  }

  /**
   * From a backup: the record as it was, on a person's order. Resolves with the id under which this adapter is known here:
   * its own, or that of the one that is recognised as the same.
   */
  async restore(row: AdapterRow): Promise<string> {
    const known = await this.all();
    if (known.some(({ id }) => id === row.id)) return row.id;
    for (const claim of row.accepted) {
      const recognition = recognise(known, claim);
      if (recognition.kind === "known") return recognition.adapter.id;
    }
    await this.#replace(adapterRow({ ...row, rev: 1 }), null);
    return row.id;
  }

  /** A person was shown the differences and says that this is `id` all the same. */
  async consent(id: string, claim: AdapterClaim): Promise<AdmittedAdapter> {
    const adapter = await this.#one(id);
    return this.#write(adapter, claim, adapter.label);
  }

  async rename(id: string, label: string): Promise<void> {
    await this.#write(await this.#one(id), null, label);
  }

  async #one(id: string): Promise<AdapterRow> {
    const row = (await this.all()).find((adapter) => adapter.id === id);
    if (row === undefined) throw new TypeError("Cannot find this adapter: it is not stored");
    return row;
  }

  async #write(before: AdapterRow, claim: AdapterClaim | null, label: string): Promise<AdmittedAdapter> {
    const accepted =
      claim === null
        ? before.accepted
        : [claim, ...before.accepted.filter((each) => !sameValue(each, claim))].slice(0, MAX_ACCEPTED);
    const lastSeenAt = new Date(this.#ports.now()).toISOString();
    const row = adapterRow({ ...before, label, accepted, lastSeenAt, rev: before.rev + 1 });
    await this.#replace(row, before.rev);
    return { id: before.id, admitted: true };
  }

  async #replace(row: AdapterRow, expected: number | null): Promise<void> {
    const outcome = await this.#ports.rows.replace([{ table: "adapters", id: row.id, expected, row }], null);
    if (outcome !== "done") throw new StorageError({ kind: "terminated" });
  }
}
