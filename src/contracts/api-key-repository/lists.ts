import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { UserId } from '../../domain/ids.ts';
import type { ApiKeyId } from '../../domain/user/api-key.ts';
import type { TestRunner } from '../test-runner.ts';
import { msAfterNow, newUser } from '../test-values.ts';
import type { OpenKeyStore } from './open-key-store.ts';
import { testActionsIn } from './test-actions.ts';

export function lists({ describe, test }: TestRunner, storeUnderTest: () => OpenKeyStore): void {
  const { store, saveNewKey } = testActionsIn(storeUnderTest);

  describe('lists', () => {
    test('of one user are sorted newest first, then by id, highest first', async () => {
      const userId = newUser();
      const saveKeyAt = async (milliseconds: number, id: string) =>
        (await saveNewKey(userId, { id: id as ApiKeyId, createdAt: msAfterNow(milliseconds) })).id;
      const [a, newest, b, oldest, c] = [
        await saveKeyAt(1, '_'),
        await saveKeyAt(2, '-'),
        await saveKeyAt(1, 'b'),
        await saveKeyAt(0, 'z'),
        await saveKeyAt(1, 'C'),
      ];
      assert.deepEqual(
        (await store().list(userId)).map(({ id }) => id),
        [newest, b, a, c, oldest],
      );
    });

    test('of all users are sorted by the bytes of the user id, then as for one user', async () => {
      const suffix = randomUUID();
      // An order by UTF-16 units would swap the last two; the alphabetical order of most languages would swap
      // the first two.
      const users = ['B', 'a', '\u00fc', '\uffee', '\u{1F4A5}'].map((text) => `${text}${suffix}` as UserId);
      for (const userId of users.toReversed()) {
        await saveNewKey(userId, { createdAt: msAfterNow(0) });
        await saveNewKey(userId, { createdAt: msAfterNow(1) });
      }
      const keysOfTheseUsers = (await store().listAll()).filter(({ userId }) => users.includes(userId));
      assert.deepEqual(
        keysOfTheseUsers.map(({ userId, key }) => [userId, key.createdAt]),
        users.flatMap((userId) => [
          [userId, msAfterNow(1)],
          [userId, msAfterNow(0)],
        ]),
      );
    });

    test('of a user without keys are empty', async () => {
      assert.deepEqual(await store().list(newUser()), []);
    });
  });
}
