/**
 * `npm run build:package`: what is published, in `.cache/package`. The modules stay files of their own, so that a page
 * takes along only what it imports; the manifest is made here, since most of ours is about building and testing.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..");
export const PACKAGE = join(ROOT, ".cache/package");
const COPIED = ["README.md", "CHANGELOG.md", "LICENSE", "THIRD-PARTY.md", "SECURITY.md"];

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
}

/** A folder of modules under a public name. Underneath it every module may be imported. */
const folder = (path: string) => ({ types: `./lib/${path}/*.d.ts`, default: `./lib/${path}/*.js` });

export function publishedManifest(ours: Manifest): object {
  const { name, version, description, license, dependencies, devDependencies, optionalDependencies } = ours;
  const only = (from: Readonly<Record<string, string>>, names: readonly string[]) =>
    Object.fromEntries(
      names.map((wanted) => {
        const found = from[wanted];
        if (found === undefined) throw new Error(`Cannot publish: package.json does not name ${wanted}`);
        return [wanted, found];
      }),
    );
  return {
    name,
    version,
    description,
    license,
    type: "module",
    engines: { node: ">=22" },
    bin: { bondkeeper: "./bin.cjs" },
    exports: {
      ".": { types: "./lib/src/sdk/bondkeeper.d.ts", default: "./lib/src/sdk/bondkeeper.js" },
      "./sdk/*": folder("src/sdk"),
      "./elements/*": folder("src/sdk/elements"),
      "./link/*": folder("src/link"),
      "./hci/*": folder("hci"),
      "./package.json": "./package.json",
    },
    sideEffects: ["./lib/src/sdk/elements/*.js", "./lib/src/cli/main.js", "./bin.cjs"],
    dependencies: { ...dependencies, ...only(devDependencies, ["@types/web-bluetooth"]) },
    // Loaded on use, by `--transport usb` and `--transport serial`.
    optionalDependencies: only(optionalDependencies, ["serialport", "usb"]),
  };
}

/** The folder to be packed. Throws where the compiler finds a fault. */
export function buildPackage(): string {
  rmSync(PACKAGE, { recursive: true, force: true });
  mkdirSync(PACKAGE, { recursive: true });
  const compiler = join(ROOT, "node_modules/typescript/bin/tsc");
  const { status, stdout } = spawnSync(process.execPath, [compiler, "-p", join(ROOT, "packaging")], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`Cannot build the package: ${stdout}`);
  const ours: Manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const { name, version } = ours;
  const write = (path: string, content: object): void =>
    writeFileSync(join(PACKAGE, path), `${JSON.stringify(content, null, 2)}\n`);
  write("package.json", publishedManifest(ours));
  // Beside the modules, where the command line looks for its version.
  write("lib/package.json", { name, version, type: "module" });
  copyFileSync(join(ROOT, "packaging/bin.cjs"), join(PACKAGE, "bin.cjs"));
  chmodSync(join(PACKAGE, "bin.cjs"), 0o755);
  for (const file of COPIED) copyFileSync(join(ROOT, file), join(PACKAGE, file));
  return PACKAGE;
}

if (import.meta.main) process.stdout.write(`${buildPackage()}\n`);
