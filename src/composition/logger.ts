import { pino, stdSerializers } from 'pino';
import type { Logger } from '../ports/runtime.ts';
import type { Config } from './config/config.ts';

/**
 * What begins as every JWT does. A token may turn up wherever a client can put one, such as in a path or in a
 * header that some library repeats in its error.
 */
const TOKEN = /\beyJ[\w-]+(?:(?:\.|%2[Ee])[\w-]*)*/g;

/**
 * The log, one JSON object a line, on stderr: stdout is for people.
 * @param level null: `info`, but `warn` on a terminal, whose reader is told in words that all goes well.
 */
export const createLogger = (level: Config['logLevel']): Logger =>
  pino(
    {
      level: level ?? (process.stderr.isTTY ? 'warn' : 'info'),
      base: null,
      serializers: { err },
      hooks: { streamWrite: (line) => line.replace(TOKEN, '[token]') },
    },
    pino.destination({ dest: 2, sync: true }),
  );

/** PostgreSQL repeats whole rows in an error's `detail`, and so what people and agents wrote. */
function err(error: Error) {
  const { type, message, stack, code } = stdSerializers.err(error);
  return { type, message, stack, code };
}
