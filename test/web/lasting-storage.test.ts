import { describe, expect, test } from 'vitest';
import { clearDrafts, draftEntryName } from '../../web/src/model/storage/draft-storage.ts';
import { LastingStorage, type TextStorage } from '../../web/src/model/storage/lasting-storage.ts';
import { InMemoryStorage } from './in-memory-storage.ts';

const refuse = (): never => {
  throw new DOMException('no', 'QuotaExceededError');
};
const full = (): TextStorage => Object.assign(new InMemoryStorage(), { setItem: refuse });
const readOnly = (): TextStorage =>
  Object.assign(new InMemoryStorage(), { setItem: refuse, removeItem: refuse });
const unreadable = (): TextStorage =>
  Object.assign(new InMemoryStorage(), { setItem: refuse, getItem: refuse, removeItem: refuse, key: refuse });

describe.each([
  ['is full', full],
  ['takes and deletes nothing', readOnly],
  ['cannot even be read', unreadable],
  ['is forbidden', () => refuse],
  ['does not exist', () => () => null as unknown as TextStorage],
] as const)('when the browser’s storage %s', (_, create) => {
  const open = () => {
    const browser = create();
    return new LastingStorage(typeof browser === 'function' ? browser : () => browser, '');
  };

  test('a text is kept in memory, and is not called lasting', () => {
    const storage = open();
    storage.setItem('a', '1');
    storage.setItem('a', '2');
    expect([storage.getItem('a'), storage.length, storage.key(0), storage.isLasting('a')]).toEqual([
      '2',
      1,
      'a',
      false,
    ]);
    storage.removeItem('a');
    expect([storage.getItem('a'), storage.length, storage.key(0)]).toEqual([null, 0, null]);
  });
});

describe('a lasting storage', () => {
  test('keeps texts in the browser’s storage, and takes back what it has no room for', () => {
    const browser = new InMemoryStorage();
    const storage = new LastingStorage(() => browser, '/agents/');
    storage.setItem('a', 'short');
    expect([browser.getItem('/agents/a'), storage.isLasting('a')]).toEqual(['short', true]);
    const { setItem } = browser;
    browser.setItem = refuse;
    storage.setItem('a', 'long');
    // The short text would come back after a reload.
    expect([browser.getItem('/agents/a'), storage.getItem('a'), storage.isLasting('a')]).toEqual([
      null,
      'long',
      false,
    ]);
    browser.setItem = setItem;
    storage.setItem('a', 'short again');
    expect([storage.getItem('a'), storage.length, storage.isLasting('a')]).toEqual(['short again', 1, true]);
  });

  test('sees nothing of another server at another path', () => {
    const browser = new InMemoryStorage();
    const [one, other] = ['/one/', '/other/'].map((path) => new LastingStorage(() => browser, path));
    one!.setItem('a', '1');
    expect([other!.getItem('a'), other!.length]).toEqual([null, 0]);
  });

  test('keeps the drafts of two users apart, and deletes only those of the user who signs out', () => {
    const browser = new InMemoryStorage();
    const storage = new LastingStorage(() => browser, '');
    for (const user of ['ann', 'ann:b', 'bob']) storage.setItem(draftEntryName(user, 'one'), user);
    storage.setItem('theme', 'dark');
    clearDrafts(storage, 'ann');
    expect(storage.getItem(draftEntryName('ann', 'one'))).toBeNull();
    expect(storage.getItem(draftEntryName('ann:b', 'one'))).toBe('ann:b');
    expect(storage.getItem(draftEntryName('bob', 'one'))).toBe('bob');
    expect(storage.getItem('theme')).toBe('dark');
  });
});
