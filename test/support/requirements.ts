/** What a machine may lack, and how a test says so: by name, never by passing silently. */
import { spawnSync } from "node:child_process";

/** A skipped test is a hole in the proof: allowed on a person's machine, a failure where a machine checks. */
export const IN_CI = !["", "0", "false", undefined].includes(process.env["CI"]);

function runs(program: string, ...args: string[]): boolean {
  const { error, status } = spawnSync(program, args, { stdio: "ignore" });
  return error === undefined && status === 0;
}

/** A Python that has the D-Bus binding; version managers shadow the system's, which is the one that has it. */
export function findPython(): string | undefined {
  const candidates = [process.env["PYTHON"], "/usr/bin/python3", "python3"];
  return candidates.find(
    (program) =>
      program !== undefined &&
      program !== "" &&
      runs(program, "-c", "import dbus, dbus.mainloop.glib, gi.repository.GLib"),
  );
}

/** Why the tests against the stand-in for bluetoothd cannot run here; undefined when they can. */
export function whyNoBluez(): string | undefined {
  if (process.platform !== "linux") return "Chromium has its BlueZ backend on Linux only";
  if (!runs("dbus-daemon", "--version")) return "dbus-daemon is not installed (Debian: dbus)";
  if (findPython() === undefined)
    return "no Python has the modules dbus and gi (Debian: python3-dbus python3-gi)";
  return undefined;
}

export function whyNoTshark(): string | undefined {
  return runs("tshark", "--version") ? undefined : "tshark is not installed (Debian: tshark)";
}
