/** Where the kept backup file is noted. Asked at every start of the page, so it brings nothing along. */

/** `world`: as `databaseOf` names it; undefined for that of real devices. */
export const backupDatabase = (world: string | undefined): string => `${world ?? "bondkeeper"}-backup-file`;

/** Whether a file was ever chosen here, without making the database. */
export async function hasBackupFile(name: string): Promise<boolean> {
  return (await indexedDB.databases()).some((database) => database.name === name);
}
