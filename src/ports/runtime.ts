export interface Clock {
  now(): Date;
}

/** Makes ids for instances, agent types and messages. */
export interface Ids {
  /** Returns a new UUIDv7 (RFC 9562): lower case, with hyphens. */
  next(): string;
}

/** The part of pino's logger that the library uses. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
