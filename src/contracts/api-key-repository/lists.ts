import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { UserId } from '../../domain/ids.ts';
import type { ApiKeyId } from '../../domain/user/api-key.ts';
import type { TestRunner } from '../test-runner.ts';
import { later, someone } from '../valid-values.ts';
import { keysIn } from './keys.ts';
import type { OpenKeyStore } from './open-key-store.ts';

export function lists({ describe, test }: TestRunner, open: () => OpenKeyStore): void {
  const { store, saved } = keysIn(open);

  describe('lists', () => {
    test('have the newest key first, and of one moment the highest id', async () => {
      const userId = someone();
      const at = async (milliseconds: number, id: string) =>
        (await saved(userId, { id: id as ApiKeyId, createdAt: later(milliseconds) })).id;
      const [a, newest, b, oldest, c] = [
        await at(1, '_'),
        await at(2, '-'),
        await at(1, 'b'),
        await at(0, 'z'),
        await at(1, 'C'),
      ];
      assert.deepEqual(
        (await store().list(userId)).map(({ id }) => id),
        [newest, b, a, c, oldest],
      );
    });

    test('of all users follow the bytes of the user ids, then the same order', async () => {
      const suffix = randomUUID();
      // The last two are the other way round as UTF-16, and the first two in most languages.
      const users = ['B', 'a', '\u00fc', '\uffee', '\u{1F4A5}'].map((text) => `${text}${suffix}` as UserId);
      for (const userId of users.toReversed()) {
        await saved(userId, { createdAt: later(0) });
        await saved(userId, { createdAt: later(1) });
      }
      const all = (await store().listAll()).filter(({ userId }) => users.includes(userId));
      assert.deepEqual(
        all.map(({ userId, key }) => [userId, key.createdAt]),
        users.flatMap((userId) => [
          [userId, later(1)],
          [userId, later(0)],
        ]),
      );
    });

    test('of somebody without keys are empty', async () => {
      assert.deepEqual(await store().list(someone()), []);
    });
  });
}
