import { pino, stdSerializers } from 'pino';
import type { Logger } from '../ports/runtime.ts';
import type { Config } from './config.ts';

/** The log, one JSON object a line, on stderr: stdout is for people. */
export const createLogger = (level: Config['logLevel']): Logger =>
  pino({ level, base: null, serializers: { err } }, pino.destination({ dest: 2, sync: true }));

/** PostgreSQL repeats whole rows in an error's `detail`, and so what people and agents wrote. */
function err(error: Error) {
  const { type, message, stack, code } = stdSerializers.err(error);
  return { type, message, stack, code };
}
