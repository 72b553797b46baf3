import { setTimeout } from 'node:timers/promises';
import { DataDirInUseError } from './data-dir-lock.ts';

/** A command at work, or a server that starts up or stops, holds the folder for a while without listening. */
const PATIENCE_MS = 15_000;
const PAUSE_MS = 100;

/**
 * What `open` opens once nobody else holds the data folder, or what `instead` finds meanwhile.
 * @param instead asked whenever somebody holds the folder; null: nothing yet.
 * @throws DataDirInUseError when neither succeeds for 15 s.
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
