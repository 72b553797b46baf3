import assert from 'node:assert/strict';
import type { TestRunner } from '../test-runner.ts';
import { someone } from '../valid-values.ts';
import type { OpenQueries } from './open-queries.ts';
import { playsIn } from './play.ts';

export function progress({ test }: TestRunner, open: () => OpenQueries): void {
  const { played } = playsIn(open);

  test('how far each instance is, is told of deleted ones too', async () => {
    const userId = someone();
    const [one, two] = [await played(userId, 1, 2), await played(userId, 2, 1)];
    await two.delete();
    assert.deepEqual(
      await open().queries.progress(userId),
      new Map([
        [one.id, { version: 2, position: 2 }],
        [two.id, { version: 2, position: 1 }],
      ]),
    );
    assert.equal((await open().queries.progress(someone())).size, 0);
  });
}
