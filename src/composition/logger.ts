import { pino, stdSerializers } from 'pino';
import type { Logger } from '../ports/runtime.ts';
import type { Config } from './config/config.ts';

/**
 * Matches a JWT: each begins with `eyJ`. A client can put a token anywhere, for example into a path, or into
 * a header that a library repeats in its error message.
 */
const TOKEN = /\beyJ[\w-]+(?:(?:\.|%2[Ee])[\w-]*)*/g;

/**
 * Makes a logger that writes one JSON object per line to stderr. Stdout is for people.
 * @param level null: `info`; on a terminal `warn`, because the program prints its start there as plain text.
 */
export const createLogger = (level: Config['logLevel']): Logger =>
  pino(
    {
      level: level ?? (process.stderr.isTTY ? 'warn' : 'info'),
      base: null,
      serializers: { err: serializeError },
      hooks: { streamWrite: (line) => line.replace(TOKEN, '[token]') },
    },
    pino.destination({ dest: 2, sync: true }),
  );

/** Leaves out `detail`: PostgreSQL puts whole rows into it, with the texts of people and agents. */
function serializeError(error: Error) {
  const { type, message, stack, code } = stdSerializers.err(error);
  return { type, message, stack, code };
}
