import { setTimeout } from 'node:timers/promises';
import { DataDirInUseError } from './data-dir-lock.ts';

/** A command, or a server that starts or stops, may lock the folder for some seconds. */
const TIMEOUT_MS = 15_000;
const PAUSE_MS = 100;

/**
 * Calls `open` until no other process has locked the data folder.
 * @param whenInUse called when another process has locked it. Returns what to use instead; null: try again.
 * @throws DataDirInUseError when the folder is still locked after 15 s, and `whenInUse` has returned null.
 */
export async function waitForDataDir<Opened>(
  open: () => Promise<Opened>,
  whenInUse: (error: DataDirInUseError) => Promise<Opened | null>,
): Promise<Opened> {
  const deadline = performance.now() + TIMEOUT_MS;
  for (;;) {
    try {
      return await open();
    } catch (error) {
      if (!(error instanceof DataDirInUseError)) throw error;
      const substitute = await whenInUse(error);
      if (substitute !== null) return substitute;
      if (performance.now() > deadline) throw error;
      await setTimeout(PAUSE_MS);
    }
  }
}
