/**
 * What the first screen needs goes into one file. Left alone, the bundler cuts it along every line that some lazy part
 * shares: dozens of small files, each compressed by itself and asked for by itself.
 */

interface ModuleInfo {
  readonly isEntry: boolean;
  /** Modules that import it at once; `import()` is not among them. */
  readonly importers: readonly string[];
}

interface ModuleGraph {
  getModuleInfo(id: string): ModuleInfo | null;
}

/** The entries that need a module at once. */
function entriesOf(id: string, graph: ModuleGraph): ReadonlySet<string> {
  const seen = new Set<string>();
  const entries = new Set<string>();
  const climb = (at: string): void => {
    if (seen.has(at)) return;
    seen.add(at);
    const info = graph.getModuleInfo(at);
    if (info?.isEntry === true) entries.add(at);
    for (const importer of info?.importers ?? []) climb(importer);
  };
  climb(id);
  return entries;
}

/**
 * Names the chunk of a module that only the document `entry` needs at once; null leaves it to the bundler. The document's
 * script stays out: it waits for lazy parts before it is done, and they wait for what they import.
 */
export function firstChunk(entry: string): (id: string, graph: ModuleGraph) => string | null {
  return (id, graph) => {
    const info = graph.getModuleInfo(id);
    if (info === null || info.isEntry || info.importers.includes(entry)) return null;
    const entries = entriesOf(id, graph);
    return entries.size === 1 && entries.has(entry) ? "first" : null;
  };
}
