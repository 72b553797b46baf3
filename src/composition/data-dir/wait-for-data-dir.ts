import { setTimeout } from 'node:timers/promises';
import { DataDirInUseError } from './data-dir-lock.ts';

/** A command, or a server that starts or stops, may lock the folder for some seconds without listening. */
const PATIENCE_MS = 15_000;
const PAUSE_MS = 100;

/**
 * Calls `open` until no other process has locked the data folder.
 * @param instead called when another process has locked it. Its result is used unless it is null.
 * @throws DataDirInUseError when neither succeeds within 15 s.
 */
export async function waitForDataDir<Opened>(
  open: () => Promise<Opened>,
  instead: (held: DataDirInUseError) => Promise<Opened | null>,
): Promise<Opened> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await open();
    } catch (error) {
      if (!(error instanceof DataDirInUseError)) throw error;
      const found = await instead(error);
      if (found !== null) return found;
      if (performance.now() > deadline) throw error;
      await setTimeout(PAUSE_MS);
    }
  }
}
