export interface Clock {
  now(): Date;
}

export interface Ids {
  /** A fresh UUIDv7 (RFC 9562) in canonical form. */
  next(): string;
}

/** The part of pino's logger that the library uses. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
