import { describe, expect, test } from 'vitest';
import { checkHistory, type Findings } from './check-history.ts';
import type { Entry, Stored, StoredMessage } from './history.ts';

const CLEAN: Findings = { lost: [], duplicated: [], inverted: [], gaps: [] };

const entry = (at: number, fields: Partial<Entry>): Entry => ({
  instance: 'i',
  kind: 'read',
  key: `key at ${at}`,
  sentAt: at,
  answeredAt: at + 0.5,
  content: null,
  messageId: null,
  handedOver: [],
  alreadyRead: [],
  ...fields,
});

const stored = (position: number, fields: Partial<StoredMessage> = {}): StoredMessage => ({
  instance: 'i',
  id: `m${position}`,
  position,
  senderType: 'AGENT',
  content: `text ${position}`,
  isRead: false,
  readVersion: position,
  questionStatus: null,
  answerId: null,
  ...fields,
});

const handed = (...positions: number[]) =>
  positions.map((position) => ({ id: `m${position}`, content: `text ${position}` }));

const wrote = (at: number, position: number, kind: Entry['kind'] = 'step', more: Partial<Entry> = {}) =>
  entry(at, { kind, content: `text ${position}`, messageId: `m${position}`, ...more });

const user = (position: number, readVersion: number, fields: Partial<StoredMessage> = {}) =>
  stored(position, { senderType: 'USER', isRead: true, readVersion, ...fields });

/** A question, three messages of the user, a reader between them, and a step that gets the remaining ones. */
const entries = [
  wrote(1, 1, 'question'),
  wrote(2, 2, 'user'),
  wrote(3, 3, 'user'),
  entry(4, { handedOver: handed(2, 3) }),
  entry(5, { alreadyRead: handed(2, 3) }),
  wrote(6, 4, 'user'),
  wrote(7, 5, 'echo'),
  wrote(8, 6, 'step', { handedOver: handed(4) }),
] as const;
const messages = [
  stored(1, { questionStatus: 'answered', answerId: 'm2' }),
  user(2, 4),
  user(3, 4),
  user(4, 7),
  user(5, 6),
  stored(6, { readVersion: 7 }),
] as const;

const holding = (some: readonly StoredMessage[], lastPosition = some.length): Stored => ({
  instances: [{ id: 'i', lastPosition }],
  messages: some,
});

const replaced = <Item>(items: readonly Item[], at: number, ...by: Item[]) => items.toSpliced(at, 1, ...by);

test('a correct history has no findings', () => {
  expect(checkHistory(entries, holding(messages))).toEqual(CLEAN);
});

describe('reports', () => {
  const foundIn = (some: readonly Entry[], store: Stored) => checkHistory(some, store);

  test('an acknowledged message that is missing', () => {
    const { lost } = foundIn(entries, holding(messages.slice(0, 5)));
    expect(lost).toEqual([expect.stringContaining('"text 6" was acknowledged as m6')]);
  });

  test('an acknowledged message that has another text', () => {
    const changed = replaced(messages, 5, stored(6, { content: 'text 9', readVersion: 7 }));
    expect(foundIn(entries, holding(changed)).lost).toHaveLength(1);
  });

  test('a message that is in the conversation of another instance', () => {
    const strayed = replaced(messages, 5, stored(6, { instance: 'j', readVersion: 7 }));
    expect(foundIn(entries, holding(strayed, 5)).lost).toHaveLength(1);
  });

  test('a message that a repeated request has written twice', () => {
    const twice = [...messages, stored(7, { content: 'text 6', readVersion: 8 })];
    expect(foundIn(entries, holding(twice)).duplicated).toEqual([
      expect.stringContaining('"text 6" is stored more than once'),
    ]);
  });

  test('a message that no request wrote', () => {
    const { duplicated } = foundIn(entries, holding([...messages, stored(7)]));
    expect(duplicated).toEqual([expect.stringContaining('no request wrote it')]);
  });

  test('a user message that stays queued, and one that is read but was never handed over', () => {
    const unread = entries.filter(({ key }) => key !== 'key at 4');
    expect(foundIn(unread, holding(messages)).lost).toEqual([
      expect.stringContaining('"text 2" was never handed over'),
      expect.stringContaining('"text 3" was never handed over'),
    ]);
    const queued = replaced(messages, 3, user(4, 7, { isRead: false, readVersion: null }));
    expect(foundIn(entries, holding(queued)).lost).toEqual([expect.stringContaining('still queued')]);
  });

  test('a message that is handed over twice', () => {
    const again = [...entries, entry(9, { handedOver: handed(4) })];
    const { duplicated } = foundIn(again, holding(messages));
    expect(duplicated).toEqual([expect.stringContaining('by key at 8 and key at 9')]);
  });

  test('an echo that is handed over although the agent has it already', () => {
    const again = [...entries, entry(9, { handedOver: handed(5) })];
    expect(foundIn(again, holding(messages)).duplicated).toEqual([expect.stringContaining('not queued')]);
  });

  test('a message that is handed over with another text', () => {
    const changed = replaced(entries, 7, wrote(8, 6, 'step', { handedOver: [{ id: 'm4', content: 'x' }] }));
    expect(foundIn(changed, holding(messages)).lost).toHaveLength(1);
  });

  test('an answer that hands over in the wrong order', () => {
    const turned = replaced(entries, 3, entry(4, { handedOver: handed(3, 2) }));
    expect(foundIn(turned, holding(messages)).inverted).toEqual([
      expect.stringContaining('handed over positions 3,2'),
    ]);
  });

  test('a later message that is handed over before an earlier one, by time and by version', () => {
    const split = [
      ...entries.slice(0, 3),
      entry(4, { handedOver: handed(3) }),
      entry(5, { handedOver: handed(2) }),
      ...entries.slice(5),
    ];
    const early = [...replaced(replaced(messages, 1, user(2, 5)), 2, user(3, 4))];
    expect(foundIn(split, holding(early)).inverted).toEqual([
      expect.stringContaining('handed over at 2, after key at 4 at 3'),
      expect.stringContaining('position 2 in hand-off 5, after 3'),
    ]);
  });

  test('a message positioned before one that was acknowledged before it was sent', () => {
    const late = replaced(entries, 1, wrote(3.6, 2, 'user'));
    expect(foundIn(late, holding(messages)).inverted).toEqual([
      expect.stringContaining('written at 2, after key at 3 at 3'),
    ]);
  });

  test('no inversion for concurrent requests in either order', () => {
    const together = replaced(entries, 1, wrote(3.4, 2, 'user'));
    expect(foundIn(together, holding(messages))).toEqual(CLEAN);
  });

  test('a gap, a repeated position, and a wrong message count', () => {
    const gap = replaced(messages, 5, stored(7, { id: 'm6', content: 'text 6', readVersion: 7 }));
    expect(foundIn(entries, holding(gap)).gaps).toEqual(['i: position 7 where 6 should be']);
    const repeated = replaced(messages, 5, stored(5, { id: 'm6', content: 'text 6', readVersion: 7 }));
    expect(foundIn(entries, holding(repeated)).gaps).toEqual(['i: position 5 where 6 should be']);
    expect(foundIn(entries, holding(messages, 7)).gaps).toEqual(['i: counts 7 of 6 messages']);
  });

  test('a question whose answer is missing, foreign, or given to another question too', () => {
    const missing = replaced(messages, 0, stored(1, { questionStatus: 'answered' }));
    expect(foundIn(entries, holding(missing)).lost).toHaveLength(1);
    const byAgent = replaced(messages, 0, stored(1, { questionStatus: 'answered', answerId: 'm6' }));
    expect(foundIn(entries, holding(byAgent)).lost).toHaveLength(1);
    const twice = replaced(
      messages,
      5,
      stored(6, { readVersion: 7, questionStatus: 'answered', answerId: 'm2' }),
    );
    expect(foundIn(entries, holding(twice)).duplicated).toEqual(['m2 answers both m1 and m6']);
    const turned = [...entries, entry(9, { kind: 'request-input', messageId: 'm6' })];
    expect(foundIn(turned, holding(twice)).duplicated).toEqual([]);
  });
});
