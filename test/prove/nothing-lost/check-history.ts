import type { Entry, HandedOver, Stored, StoredMessage } from './history.ts';

/** The errors in a history, by the promise that they break. Each error is one text. */
export interface Findings {
  readonly lost: string[];
  readonly duplicated: string[];
  readonly inverted: string[];
  readonly gaps: string[];
}

const WRITES = new Set<Entry['kind']>(['step', 'question', 'user', 'echo']);

/**
 * Compares what clients received with what the database contains after all queued messages were handed over.
 * It uses only what was sent and answered at which time, and what is stored, not how the server works.
 */
export function checkHistory(entries: readonly Entry[], stored: Stored): Findings {
  const findings: Findings = { lost: [], duplicated: [], inverted: [], gaps: [] };
  const byId = new Map(stored.messages.map((message) => [message.id, message]));
  const messagesOf = Map.groupBy(stored.messages, ({ instance }) => instance);

  checkPositions(stored, messagesOf, findings);
  checkWrites(entries, stored, byId, findings);
  checkHandOffs(entries, stored, byId, findings);
  checkAnswers(entries, stored, byId, findings);
  for (const some of Map.groupBy(entries, ({ instance }) => instance).values()) {
    checkOrder(some, byId, findings);
  }
  return findings;
}

/** Checks that the positions of each instance are 1, 2, 3 … */
function checkPositions(
  { instances }: Stored,
  messagesOf: ReadonlyMap<string, StoredMessage[]>,
  { gaps }: Findings,
): void {
  for (const { id, lastPosition } of instances) {
    const positions = (messagesOf.get(id) ?? []).map(({ position }) => position).sort((a, b) => a - b);
    const wrong = positions.findIndex((position, nth) => position !== nth + 1);
    if (wrong >= 0) gaps.push(`${id}: position ${positions[wrong]} where ${wrong + 1} should be`);
    if (lastPosition !== positions.length)
      gaps.push(`${id}: counts ${lastPosition} of ${positions.length} messages`);
  }
}

/** Checks that every acknowledged message is stored once under its id, and that nothing else is stored. */
function checkWrites(
  entries: readonly Entry[],
  { messages }: Stored,
  byId: ReadonlyMap<string, StoredMessage>,
  { lost, duplicated }: Findings,
): void {
  const times = new Map<string, number>();
  for (const { content } of messages) times.set(content, (times.get(content) ?? 0) + 1);
  const sent = new Set<string>();
  for (const { kind, key, instance, content, messageId } of entries) {
    if (!WRITES.has(kind) || content === null) continue;
    sent.add(content);
    const message = byId.get(messageId ?? '');
    if (message === undefined || message.instance !== instance || message.content !== content) {
      lost.push(`${key}: "${content}" was acknowledged as ${messageId}, which is ${JSON.stringify(message)}`);
    }
    if ((times.get(content) ?? 0) > 1) duplicated.push(`${key}: "${content}" is stored more than once`);
  }
  for (const { id, content } of messages) {
    if (!sent.has(content)) duplicated.push(`${id}: "${content}" is stored, but no request wrote it`);
  }
}

/** Checks that every queued user message was handed over in exactly one answer, with its text. */
function checkHandOffs(
  entries: readonly Entry[],
  { messages }: Stored,
  byId: ReadonlyMap<string, StoredMessage>,
  { lost, duplicated }: Findings,
): void {
  const echoes = new Set(entries.filter(({ kind }) => kind === 'echo').map(({ messageId }) => messageId));
  const receivedBy = new Map<string, string[]>();
  const asWritten = ({ key, instance }: Entry, { id, content }: HandedOver) => {
    const message = byId.get(id);
    if (message?.content === content && message.instance === instance) return;
    lost.push(`${key}: was handed ${id} "${content}", which is ${JSON.stringify(message)}`);
  };
  for (const entry of entries) {
    for (const message of entry.handedOver) {
      receivedBy.set(message.id, [...(receivedBy.get(message.id) ?? []), entry.key]);
      asWritten(entry, message);
    }
    for (const message of entry.alreadyRead) asWritten(entry, message);
  }
  for (const { id, content, senderType, isRead } of messages) {
    const keys = receivedBy.get(id) ?? [];
    const due = senderType === 'USER' && !echoes.has(id);
    if (due && !isRead) lost.push(`${id}: "${content}" is still queued`);
    if (due && keys.length === 0) lost.push(`${id}: "${content}" was never handed over`);
    if (!due && keys.length > 0) duplicated.push(`${id}: "${content}" was not queued, but handed to ${keys}`);
    if (keys.length > 1) duplicated.push(`${id}: "${content}" was handed over by ${keys.join(' and ')}`);
  }
}

/**
 * Checks that an answered question has its answer, and that a message answers at most one question. Only
 * messages that were questions from the beginning count. A step that becomes a question later is answered by
 * the messages that are queued then, and these may have answered an older question.
 */
function checkAnswers(
  entries: readonly Entry[],
  { messages }: Stored,
  byId: ReadonlyMap<string, StoredMessage>,
  { lost, duplicated }: Findings,
): void {
  const turned = new Set(
    entries.filter(({ kind }) => kind === 'request-input').map(({ messageId }) => messageId),
  );
  const answered = new Map<string, string>();
  for (const { id, instance, questionStatus, answerId } of messages) {
    if ((questionStatus === 'answered') !== (answerId !== null)) {
      lost.push(`${id}: the question is ${questionStatus}, its answer ${answerId}`);
    }
    if (answerId === null) continue;
    const answer = byId.get(answerId);
    if (answer?.senderType !== 'USER' || answer.instance !== instance) {
      lost.push(`${id}: its answer ${answerId} is ${JSON.stringify(answer)}`);
    }
    if (turned.has(id)) continue;
    const other = answered.get(answerId);
    if (other !== undefined) duplicated.push(`${answerId} answers both ${other} and ${id}`);
    answered.set(answerId, id);
  }
}

interface Span {
  readonly key: string;
  readonly sentAt: number;
  readonly answeredAt: number;
  readonly first: number;
  readonly last: number;
}

/**
 * Checks that a request that was answered before another was sent precedes it, and that hand-offs follow the
 * positions.
 */
function checkOrder(
  entries: readonly Entry[],
  byId: ReadonlyMap<string, StoredMessage>,
  { inverted }: Findings,
): void {
  const positionOf = (id: string) => byId.get(id)?.position ?? Number.NaN;
  const writes: Span[] = [];
  const handOffs: (Span & { version: number })[] = [];
  for (const { kind, key, sentAt, answeredAt, messageId, handedOver } of entries) {
    if (WRITES.has(kind) && messageId !== null) {
      const position = positionOf(messageId);
      writes.push({ key, sentAt, answeredAt, first: position, last: position });
    }
    if (handedOver.length === 0) continue;
    const positions = handedOver.map(({ id }) => positionOf(id));
    if (positions.some((position, nth) => nth > 0 && position <= positions[nth - 1]!)) {
      inverted.push(`${key}: handed over positions ${positions}`);
    }
    const versions = new Set(handedOver.map(({ id }) => byId.get(id)?.readVersion));
    if (versions.size > 1) inverted.push(`${key}: one answer, but hand-offs ${[...versions]}`);
    const [first, last] = [Math.min(...positions), Math.max(...positions)];
    const version = byId.get(handedOver[0]!.id)?.readVersion ?? Number.NaN;
    handOffs.push({ key, sentAt, answeredAt, first, last, version });
  }
  inverted.push(...overtaken(writes, 'written'), ...overtaken(handOffs, 'handed over'));
  const inOrder = handOffs.toSorted((a, b) => a.version - b.version);
  for (const [nth, { key, first, version }] of inOrder.entries()) {
    const before = inOrder[nth - 1];
    if (before !== undefined && !(before.last < first && before.version < version)) {
      inverted.push(`${key}: position ${first} in hand-off ${version}, after ${before.last} (${before.key})`);
    }
  }
}

/** Finds requests with a position below that of one that was answered before they were sent. */
function overtaken(spans: readonly Span[], what: string): string[] {
  const found: string[] = [];
  const byAnswer = spans.toSorted((a, b) => a.answeredAt - b.answeredAt);
  let answered = 0;
  let newest: Span | null = null;
  for (const span of spans.toSorted((a, b) => a.sentAt - b.sentAt)) {
    for (; byAnswer[answered] !== undefined && byAnswer[answered]!.answeredAt < span.sentAt; answered += 1) {
      const candidate = byAnswer[answered]!;
      if (newest === null || candidate.last > newest.last) newest = candidate;
    }
    if (newest !== null && span.first <= newest.last) {
      found.push(`${span.key}: ${what} at ${span.first}, after ${newest.key} at ${newest.last}`);
    }
  }
  return found;
}
