import { vi } from 'vitest';
import { createCommandLine } from '../../../src/composition/command-line/command-line.ts';
import type { Environment } from '../../../src/composition/config/config.ts';

export interface CommandRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end in this process, because starting a process for each would be slow. */
export async function run(args: readonly string[], env: Environment = {}): Promise<CommandRun> {
  const stdout = recordWrites(process.stdout);
  const stderr = recordWrites(process.stderr);
  try {
    const code = await createCommandLine(env).run(args);
    return { code, stdout: stdout.text(), stderr: stderr.text() };
  } finally {
    stdout.spy.mockRestore();
    stderr.spy.mockRestore();
  }
}

function recordWrites(stream: NodeJS.WriteStream) {
  const spy = vi.spyOn(stream, 'write').mockImplementation((_text, ...rest) => {
    const onWritten = rest.at(-1);
    if (typeof onWritten === 'function') onWritten(null);
    return true;
  });
  return { spy, text: () => spy.mock.calls.map(([text]) => String(text)).join('') };
}
