/** A message that an answer handed to a client. */
export interface HandedOver {
  readonly id: string;
  readonly content: string;
}

export type EntryKind = 'step' | 'question' | 'user' | 'echo' | 'read' | 'request-input';

/** One request of a client that was answered in the end. It may have been repeated. */
export interface Entry {
  readonly instance: string;
  readonly kind: EntryKind;
  readonly key: string;
  /** Times by `performance.now()`: before the first attempt, and after the answer. */
  readonly sentAt: number;
  readonly answeredAt: number;
  /** The text that was written, unique in the whole history. Null for requests that write no message. */
  readonly content: string | null;
  /** The id of the written message, or of the message that the request is about. */
  readonly messageId: string | null;
  /** The messages that the answer handed to the agent. */
  readonly handedOver: readonly HandedOver[];
  /** The messages that a stale reader found in `already_read`. */
  readonly alreadyRead: readonly HandedOver[];
}

/** A message in the database at the end. */
export interface StoredMessage {
  readonly instance: string;
  readonly id: string;
  readonly position: number;
  readonly senderType: 'AGENT' | 'USER';
  readonly content: string;
  readonly isRead: boolean;
  readonly readVersion: number | null;
  readonly questionStatus: 'open' | 'answered' | 'closed' | null;
  readonly answerId: string | null;
}

export interface StoredInstance {
  readonly id: string;
  readonly lastPosition: number;
}

export interface Stored {
  readonly instances: readonly StoredInstance[];
  readonly messages: readonly StoredMessage[];
}
