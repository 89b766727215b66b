/** What `lcov` says of one run. */

export interface Share {
  readonly hit: number;
  readonly found: number;
}

export interface CoveredFile {
  /** From the root, with slashes. */
  readonly path: string;
  readonly lines: Share;
  readonly branches: Share;
  /** Lines that hold a branch which was never taken, in order. */
  readonly openBranches: readonly number[];
}

function fileOf(record: string): CoveredFile | undefined {
  const path = /^SF:(.*)$/m.exec(record)?.[1]?.replaceAll("\\", "/");
  if (path === undefined) return undefined;
  const lines = [...record.matchAll(/^DA:\d+,(\d+)/gm)].map(([, hits]) => Number(hits));
  const branches = [...record.matchAll(/^BRDA:(\d+),\d+,\d+,(\d+|-)/gm)].map(([, line, hits]) => ({
    line: Number(line),
    taken: hits !== "0" && hits !== "-",
  }));
  const open = branches.filter(({ taken }) => !taken).map(({ line }) => line);
  return {
    path,
    lines: { hit: lines.filter((hits) => hits > 0).length, found: lines.length },
    branches: { hit: branches.length - open.length, found: branches.length },
    openBranches: [...new Set(open)].sort((a, b) => a - b),
  };
}

export function parseLcov(text: string): readonly CoveredFile[] {
  const files = text.split("end_of_record").map(fileOf);
  return files.filter((file) => file !== undefined).sort((a, b) => (a.path < b.path ? -1 : 1));
}

export interface FolderShare {
  readonly name: string;
  readonly lines: Share;
  readonly branches: Share;
}

function sum(shares: readonly Share[]): Share {
  return shares.reduce((all, one) => ({ hit: all.hit + one.hit, found: all.found + one.found }), {
    hit: 0,
    found: 0,
  });
}

/** One row per folder of the first two levels, and one for all. */
export function byFolder(files: readonly CoveredFile[]): readonly FolderShare[] {
  const folders = Map.groupBy(files, ({ path }) => path.split("/").slice(0, -1).slice(0, 2).join("/"));
  return [...folders, ["all", files] as const].map(([name, own]) => ({
    name,
    lines: sum(own.map(({ lines }) => lines)),
    branches: sum(own.map(({ branches }) => branches)),
  }));
}

export function percent({ hit, found }: Share): string {
  return found === 0 ? "–" : `${((100 * hit) / found).toFixed(1)} %`;
}
