/** A message as a client was handed it. */
export interface HandedOver {
  readonly id: string;
  readonly content: string;
}

export type EntryKind = 'step' | 'question' | 'user' | 'echo' | 'read' | 'request-input';

/** One request of a client that was answered in the end, however often it had to be repeated. */
export interface Entry {
  readonly instance: string;
  readonly kind: EntryKind;
  readonly key: string;
  /** Milliseconds on the one clock of all clients: before the first attempt, after the answer. */
  readonly sentAt: number;
  readonly answeredAt: number;
  /** What was written; unique in the whole history. Null for what writes no message. */
  readonly content: string | null;
  /** The id the server gave it, or of the message it is about. */
  readonly messageId: string | null;
  /** What the answer handed to the agent. */
  readonly handedOver: readonly HandedOver[];
  /** What a stale reader was told that others were handed. */
  readonly alreadyRead: readonly HandedOver[];
}

/** What the database holds in the end. */
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
