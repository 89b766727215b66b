/** Rules about records as such, whatever file they came from. What only a file can show is found while reading it. */
import { Findings, type Finding } from "./findings.ts";
import { arrange, spread } from "./key-set.ts";
import { type Identity, type KeyRecord, longTermKeys, type OtherKey } from "./record.ts";
import { flip, isZero, sameIdentity } from "./values.ts";

/** Wire order; refused in either order (security policy A11). */
const BLOCKED_LTK = "4c68384139f574d836bcf34e9dfb01bf";
const BLOCKED_IRK = "a599bae4e17ca618228e0756b4e85f01";
/** Built into NimBLE: every device with an unchanged firmware has it. */
const FIRMWARE_IRK = "ef8de2164fec430dbf5bdd34c0531eb8";

export interface LintContext {
  /** Identities of the dongles that are here; undefined where nobody asked. */
  readonly adapters?: readonly Identity[] | undefined;
  /** Records that we have already: L-04 and L-17 look at them too. */
  readonly known?: readonly KeyRecord[] | undefined;
}

export interface Linted {
  /** Without what was rejected; a record of which no key is left is left out. */
  readonly records: readonly KeyRecord[];
  readonly findings: readonly Finding[];
  /** As they came in. */
  readonly dropped: ReadonlySet<KeyRecord>;
}

export function lint(records: readonly KeyRecord[], context: LintContext = {}): Linted {
  const findings = new Findings();
  const dropped = new Set<KeyRecord>();
  const kept = records.flatMap((record) => {
    const clean = withoutRefused(record, findings);
    if (hasKeys(clean)) return [clean];
    dropped.add(record);
    return [];
  });
  for (const record of kept) about(record, context, findings);
  together(kept, context.known ?? [], findings);
  return { records: kept, findings: findings.list, dropped };
}

/** Whether there is anything in it that a person could lose. */
export function hasKeys(record: KeyRecord): boolean {
  const { irk, csrkLocal, csrkRemote } = record;
  return longTermKeys(record.keys).length > 0 || [irk, csrkLocal, csrkRemote].some((key) => key !== null);
}

/** L-02 and L-03. */
function withoutRefused(record: KeyRecord, findings: Findings): KeyRecord {
  const where = record.peer.address;
  const ownIrk = identityKey(record.ownIrk, `${where}: own IRK`, findings);
  const irk = identityKey(record.irk, `${where}: IRK`, findings);
  const bad = longTermKeys(record.keys).filter((ltk) => isZero(ltk) || eitherWay(ltk, BLOCKED_LTK));
  if (bad.length === 0)
    return ownIrk === record.ownIrk && irk === record.irk ? record : { ...record, ownIrk, irk };
  for (const ltk of bad) findings.add("L-02", where, isZero(ltk) ? "LTK of zeros" : "publicly known LTK");
  const { several: _, ...rest } = arrange(spread(record).filter(({ ltk }) => !bad.includes(ltk)));
  return { ...record, ownIrk, irk, ...rest };
}

function identityKey(irk: string | null, where: string, findings: Findings): string | null {
  if (irk === null) return null;
  if (isZero(irk)) findings.add("L-03", where);
  else if (eitherWay(irk, BLOCKED_IRK)) findings.add("L-02", where, "publicly known IRK");
  else return irk;
  return null;
}

function about(record: KeyRecord, { adapters }: LintContext, findings: Findings): void {
  const { peer, keys, local } = record;
  const where = peer.address;
  for (const key of spread(record)) {
    const odd = sizeOddity(key);
    if (odd !== null) findings.add("L-09", where, odd);
  }
  if (spread(record).some(({ debug }) => debug === true)) findings.add("L-10", where);
  if (peer.type === "resolvable" || peer.type === "nonresolvable") findings.add("L-11", where);
  if (peer.type === "unknown") findings.add("L-12", where);
  if (local === null) findings.add("L-15", where, "the file does not name the adapter");
  else if (adapters?.some((adapter) => couldBe(local, adapter)) === false)
    findings.add("L-15", where, `made by ${local.address}`);
  if (keys.sc === null && (keys.central ?? keys.peripheral) !== null && record.authenticated === true)
    findings.add("L-16", where);
}

/** A local identity whose type the file does not tell fits an adapter of either type. */
function couldBe(local: Identity, adapter: Identity): boolean {
  return local.type === "unknown" ? local.address === adapter.address : sameIdentity(local, adapter);
}

function sizeOddity({ ltk, keySize }: OtherKey): string | null {
  if (keySize === null) return null;
  if (!isZero(ltk.slice(2 * keySize))) return `octets above its size of ${keySize}`;
  if (keySize < 16) return `only ${keySize} octets`;
  return ltk.endsWith("0000") ? "16 octets said, zeros at the end" : null;
}

/** L-04, L-14 and L-17: about more than one record. */
function together(records: readonly KeyRecord[], known: readonly KeyRecord[], findings: Findings): void {
  const all = [...known, ...records];
  const own = new Set(all.flatMap(({ ownIrk }) => ownIrk ?? []));
  const irkPeers = peersBy(all, ({ irk }) => (irk === null ? [] : [irk]));
  const ltkPeers = peersBy(all, ({ keys }) => longTermKeys(keys));
  const types = peersBy(all, ({ peer }) => [peer.address]);
  for (const { peer, irk, keys } of records) {
    const where = peer.address;
    if (irk !== null) {
      if (own.has(irk)) findings.add("L-04", where, "it is our own");
      else if (eitherWay(irk, FIRMWARE_IRK)) findings.add("L-04", where, "the default of a firmware");
      else if ((irkPeers.get(irk)?.size ?? 0) > 1) findings.add("L-04", where, "two devices have it");
    }
    if ((types.get(where)?.size ?? 0) > 1) findings.add("L-14", where);
    if (longTermKeys(keys).some((ltk) => (ltkPeers.get(ltk)?.size ?? 0) > 1)) findings.add("L-17", where);
  }
}

/** Value → the peers that have it, by address and type. */
function peersBy(
  records: readonly KeyRecord[],
  values: (record: KeyRecord) => readonly string[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const record of records) {
    const peer = `${record.peer.address} ${record.peer.type}`;
    for (const value of values(record)) {
      const peers = found.get(value);
      if (peers === undefined) found.set(value, new Set([peer]));
      else peers.add(peer);
    }
  }
  return found;
}

function eitherWay(key: string, known: string): boolean {
  return key === known || flip(key) === known;
}
