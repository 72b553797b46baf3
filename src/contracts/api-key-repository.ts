import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { ApiKey, ApiKeyId } from '../domain/api-key.ts';
import { type Idempotency, type IdempotencyRecord, recordedAnswer } from '../domain/idempotency.ts';
import type { AgentInstanceId, UserId } from '../domain/ids.ts';
import type { AgentInstanceRepository } from '../ports/agent-instance-repository.ts';
import type { ApiKeyRepository, ApiKeyTarget } from '../ports/api-key-repository.ts';
import type { Revocations, Revoked } from '../ports/revocations.ts';
import { aKeyId, anApiKey } from './an-api-key.ts';
import { assertExcludes, assertIncludes, assertMatches } from './assertions.ts';
import type { TestRunner } from './test-runner.ts';

/** An open store; two repositories on the same data stand for two processes where the adapter allows it. */
export interface OpenKeyStore {
  readonly repositories: readonly [ApiKeyRepository, ApiKeyRepository];
  /** The agent instances on the same data. */
  readonly instances: AgentInstanceRepository;
  /** Those that the first repository publishes to. */
  readonly revocations: Revocations;
}

const someone = () => `owner-${randomUUID()}` as UserId;
const NOW = new Date('2026-03-01T12:00:00.123Z');
const later = (milliseconds: number) => new Date(NOW.getTime() + milliseconds);

/**
 * What every store of issued keys must keep, whichever way it keeps it.
 * @param open as for `agentInstanceRepositoryContract`.
 */
export function apiKeyRepositoryContract({ describe, test }: TestRunner, open: () => OpenKeyStore): void {
  const store = () => open().repositories[0];

  /** Saves the key as it is, whatever was there. */
  const save = (userId: UserId, key: ApiKey, repository = store()) =>
    repository.update({ userId, id: key.id }, () => ({ output: null, changes: key, record: null }));

  const saved = async (userId: UserId, fields: Partial<ApiKey> = {}) => {
    const key = anApiKey(fields);
    await save(userId, key);
    return key;
  };

  const look = (target: ApiKeyTarget) =>
    store().update(target, (key, record) => ({ output: { key, record }, changes: null, record: null }));

  const revoke = (userId: UserId, id: ApiKeyId, revokedAt = NOW, repository = store()) =>
    repository.update({ userId, id }, (key) => ({
      output: key,
      changes: key === null ? null : { ...key, revokedAt: key.revokedAt ?? revokedAt },
      record: null,
    }));

  /** The user's keys that are told to be revoked from now on. */
  const revocationsOf = (userId: UserId) => {
    const heard: Revoked[] = [];
    open().revocations.onRevoked((key) => {
      if (key.userId === userId) heard.push(key);
    });
    return heard;
  };

  const recordOf = (answer: string, fingerprint = 'a request'): IdempotencyRecord => ({
    fingerprint,
    answer,
    recordedAt: NOW,
  });

  /** Issues a key once for each idempotency key, as a use case does: the record tells what was answered. */
  const issueOnce = (userId: UserId, request: Idempotency, repository: ApiKeyRepository) => {
    const key = anApiKey();
    return repository.update({ userId, id: key.id, idempotencyKey: request.key }, (_, record) => {
      const answered = recordedAnswer(request, record);
      if (answered !== null) return { output: answered, changes: null, record: null };
      return { output: key.id, changes: key, record: recordOf(key.id, request.fingerprint) };
    });
  };

  const requestOf = (key: string): Idempotency => ({ key, fingerprint: 'issue laptop', askedAt: NOW });

  describe('what is saved is what is loaded', () => {
    test('a key comes back field by field, from every read', async () => {
      const userId = someone();
      const key = await saved(userId, {
        name: 'laptop \u{1F4A5} "quoted" \\ ?',
        scope: 'dashboard',
        agentInstanceId: randomUUID() as AgentInstanceId,
        createdAt: NOW,
        expiresAt: later(1),
        lastUsedAt: later(2),
        revokedAt: later(3),
      });
      assert.deepEqual(await look({ userId, id: key.id }), { key, record: null });
      assert.deepEqual(await store().list(userId), [key]);
      assert.deepEqual(await store().findByToken(userId, { id: key.id, hash: key.tokenHash }), key);
      assert.deepEqual(
        (await store().listAll()).filter((each) => each.userId === userId),
        [{ userId, key }],
      );
    });

    test('what a key lacks is null', async () => {
      const userId = someone();
      const key = await saved(userId, {
        agentInstanceId: null,
        expiresAt: null,
        lastUsedAt: null,
        revokedAt: null,
      });
      assert.deepEqual(await store().list(userId), [key]);
      assert.deepEqual((await look({ userId, id: key.id })).key, key);
    });

    test('a change replaces the key, in this process and the other', async () => {
      const userId = someone();
      const key = await saved(userId, { expiresAt: NOW });
      const changed = { ...key, name: 'desktop', scope: 'dashboard' as const, expiresAt: null };
      await save(userId, changed);
      assert.deepEqual(await open().repositories[1].list(userId), [changed]);
    });

    test('nobody reaches the store by what it was given or gave', async () => {
      const userId = someone();
      const key = anApiKey({ createdAt: new Date(NOW) });
      await save(userId, key);
      key.createdAt.setTime(0);
      (await look({ userId, id: key.id })).key?.createdAt.setTime(0);
      for (const each of await store().list(userId)) each.createdAt.setTime(0);
      (await store().findByToken(userId, { id: key.id, hash: '' }))?.createdAt.setTime(0);
      assert.deepEqual(await store().list(userId), [{ ...key, createdAt: NOW }]);
    });

    test('an update that decides nothing writes nothing, and what it throws comes out as it is', async () => {
      const userId = someone();
      const id = aKeyId();
      assert.equal((await look({ userId, id })).key, null);
      const refusal = new Error('refused');
      const refused = store().update({ userId, id }, () => {
        throw refusal;
      });
      await assert.rejects(refused, (thrown) => thrown === refusal);
      assert.deepEqual(await store().list(userId), []);
    });

    for (const [what, text] of [
      ['quotes, backslashes, placeholders', 'a"b\\c\'d?e$1:f{}%'],
      ['beyond the basic plane', '😀漢ü'],
      ['right to left, joiners, combining', 'שלום\u200d\u0301'],
      ['white space and control characters', ' \t\n\u0001\u2028'],
      ['forms that look alike, apart', 'e\u0301 and é'],
      ['as long as a long one', 'ü'.repeat(255)],
    ] as const) {
      test(`a user id may be any text: ${what}`, async () => {
        const userId = `${text}${randomUUID()}` as UserId;
        const key = await saved(userId);
        const heard = revocationsOf(userId);
        await revoke(userId, key.id);
        await store().markUsed([{ userId, id: key.id, usedAt: NOW }]);
        assert.deepEqual(await store().list(userId), [{ ...key, revokedAt: NOW, lastUsedAt: NOW }]);
        assertIncludes(await store().revokedSince(NOW), { userId, id: key.id });
        assertIncludes(
          (await store().listAll()).map((each) => each.userId),
          userId,
        );
        assert.deepEqual(heard, [{ userId, id: key.id }]);
      });
    }
  });

  describe('users are apart', () => {
    test('one id under two users is two keys', async () => {
      const [ada, eve] = [someone(), someone()];
      const id = aKeyId();
      const [hers, other] = [await saved(ada, { id }), await saved(eve, { id })];
      await revoke(ada, id);
      await store().markUsed([{ userId: ada, id, usedAt: NOW }]);
      assert.deepEqual(await store().list(ada), [{ ...hers, revokedAt: NOW, lastUsedAt: NOW }]);
      assert.deepEqual(await store().list(eve), [other]);
      assertExcludes(await store().revokedSince(NOW), { userId: eve, id });
    });

    test('one hash under two users is two keys', async () => {
      const [ada, eve] = [someone(), someone()];
      const hers = await saved(ada);
      const other = await saved(eve, { tokenHash: hers.tokenHash });
      assert.deepEqual(await store().findByToken(ada, { id: null, hash: hers.tokenHash }), hers);
      assert.deepEqual(await store().findByToken(eve, { id: null, hash: hers.tokenHash }), other);
    });

    test('an id or a hash of another user finds nothing, and changes nothing', async () => {
      const [ada, eve] = [someone(), someone()];
      const { id, tokenHash } = await saved(ada);
      assert.equal((await look({ userId: eve, id })).key, null);
      assert.equal(await revoke(eve, id), null);
      await store().markUsed([{ userId: eve, id, usedAt: NOW }]);
      assert.deepEqual(await store().list(eve), []);
      assert.equal(await store().findByToken(eve, { id, hash: tokenHash }), null);
      assertMatches(await store().list(ada), [{ id, revokedAt: null, lastUsedAt: null }]);
    });

    test('an idempotency key is its user’s own', async () => {
      const [ada, eve] = [someone(), someone()];
      const request = requestOf('one');
      const [hers, other] = [await issueOnce(ada, request, store()), await issueOnce(eve, request, store())];
      assert.notEqual(hers, other);
      assertMatches(await store().list(eve), [{ id: other }]);
    });
  });

  describe('idempotency', () => {
    test('the record is written with the key, and read with it', async () => {
      const userId = someone();
      const key = anApiKey();
      const record = recordOf('{"answer": "\u{1F4A5}"}');
      const target = { userId, id: key.id, idempotencyKey: 'first' };
      await store().update(target, () => ({ output: null, changes: key, record }));
      assert.deepEqual(await look(target), { key, record });
      assert.equal((await look({ ...target, idempotencyKey: 'second' })).record, null);
      assert.equal((await look({ userId, id: key.id })).record, null);
    });

    test('a record is written also where the key does not change', async () => {
      const userId = someone();
      const target = { userId, id: aKeyId(), idempotencyKey: 'first' };
      const record = recordOf('nothing to revoke');
      await store().update(target, () => ({ output: null, changes: null, record }));
      assert.deepEqual(await look(target), { key: null, record });
    });

    test('without an idempotency key no record is written', async () => {
      const userId = someone();
      const key = anApiKey();
      await store().update({ userId, id: key.id, idempotencyKey: null }, () => ({
        output: null,
        changes: key,
        record: recordOf('lost'),
      }));
      assert.deepEqual(await look({ userId, id: key.id, idempotencyKey: '' }), { key, record: null });
    });

    test('a record that exists is never overwritten, and its key is not written either', async () => {
      const userId = someone();
      const first = recordOf('first');
      const target = { userId, id: aKeyId(), idempotencyKey: 'same' };
      await store().update(target, () => ({ output: null, changes: null, record: first }));
      const again = store().update(target, () => ({
        output: null,
        changes: anApiKey({ id: target.id }),
        record: recordOf('second'),
      }));
      await assert.rejects(again, { code: 'storage_busy' });
      assert.deepEqual(await look(target), { key: null, record: first });
    });

    test('records are shared with the agent instances, both ways', async () => {
      const { instances } = open();
      const userId = someone();
      const agentInstanceId = randomUUID() as AgentInstanceId;
      const [ofKey, ofInstance] = [recordOf('from a key'), recordOf('from an instance')];
      const nothing = { output: null, changes: null };
      await store().update({ userId, id: aKeyId(), idempotencyKey: 'a' }, () => ({
        ...nothing,
        record: ofKey,
      }));
      await instances.update({ userId, agentInstanceId, idempotencyKey: 'b' }, () => ({
        ...nothing,
        record: ofInstance,
      }));
      const seen = await instances.update({ userId, agentInstanceId, idempotencyKey: 'a' }, (_, record) => ({
        output: record,
        changes: null,
        record: null,
      }));
      assert.deepEqual(seen, ofKey);
      assert.deepEqual((await look({ userId, id: aKeyId(), idempotencyKey: 'b' })).record, ofInstance);
    });
  });

  describe('at the same time', () => {
    const everywhere = <Output>(count: number, work: (repository: ApiKeyRepository) => Promise<Output>) =>
      Promise.all(Array.from({ length: count }, (_, nth) => work(open().repositories[nth % 2]!)));

    test('updates with one idempotency key have one effect and one answer', async () => {
      for (let round = 0; round < 10; round += 1) {
        const userId = someone();
        const request = requestOf(`round ${round}`);
        const answers = await everywhere(12, (repository) => issueOnce(userId, request, repository));
        assert.equal(new Set(answers).size, 1);
        assertMatches(await store().list(userId), [{ id: answers[0] }]);
      }
    });

    test('an idempotency key used for a key and for an instance has one effect', async () => {
      const userId = someone();
      const request = requestOf('both');
      const ofInstance = { fingerprint: request.fingerprint, answer: 'an instance', recordedAt: NOW };
      const answers = await Promise.all([
        ...Array.from({ length: 4 }, (_, nth) => issueOnce(userId, request, open().repositories[nth % 2]!)),
        open().instances.update(
          { userId, agentInstanceId: randomUUID() as AgentInstanceId, idempotencyKey: request.key },
          (_, record) => {
            const answered = recordedAnswer(request, record);
            return {
              output: answered ?? ofInstance.answer,
              changes: null,
              record: answered ? null : ofInstance,
            };
          },
        ),
      ]);
      assert.equal(new Set(answers).size, 1);
      assert.equal((await store().list(userId)).length, answers[0] === ofInstance.answer ? 0 : 1);
    });

    test('of many who would be the first to write a key, one is, and the others see it', async () => {
      for (let round = 0; round < 10; round += 1) {
        const userId = someone();
        const id = aKeyId();
        const firsts = await everywhere(12, (repository) =>
          repository.update({ userId, id }, (key) => ({
            output: key === null,
            changes: key ?? anApiKey({ id }),
            record: null,
          })),
        );
        assert.equal(firsts.filter((first) => first).length, 1);
      }
    });

    test('no change of a key is lost', async () => {
      const userId = someone();
      const { id } = await saved(userId, { name: '' });
      await everywhere(20, (repository) =>
        repository.update({ userId, id }, (key) => ({
          output: null,
          changes: { ...key!, name: `${key?.name}x` },
          record: null,
        })),
      );
      assertMatches(await store().list(userId), [{ name: 'x'.repeat(20) }]);
    });

    test('uses that are marked meanwhile, in any order, disturb nothing', async () => {
      const userId = someone();
      const keys = await Promise.all(Array.from({ length: 30 }, () => saved(userId)));
      const uses = keys.map(({ id }, nth) => ({ userId, id, usedAt: later(nth) }));
      await Promise.all([
        everywhere(20, (repository) => repository.markUsed(uses)),
        everywhere(20, (repository) => repository.markUsed(uses.toReversed())),
        everywhere(20, (repository) => revoke(userId, keys[7]!.id, NOW, repository)),
      ]);
      const list = await store().list(userId);
      for (const { id, usedAt } of uses) {
        assert.deepEqual(list.find((key) => key.id === id)?.lastUsedAt, usedAt);
      }
      assertMatches(
        list.filter(({ revokedAt }) => revokedAt !== null),
        [{ id: keys[7]!.id }],
      );
    });
  });

  describe('the hash of a token', () => {
    test('belongs to one key of a user: a second one is refused whole, and nobody is told of it', async () => {
      const userId = someone();
      const first = await saved(userId);
      const second = anApiKey({ tokenHash: first.tokenHash, revokedAt: NOW });
      const target = { userId, id: second.id, idempotencyKey: 'import' };
      const record = recordOf('imported');
      const heard = revocationsOf(userId);
      const refused = store().update(target, () => ({ output: null, changes: second, record }));
      await assert.rejects(refused, { code: 'storage_busy' });
      assert.deepEqual(await store().list(userId), [first]);
      assert.deepEqual(await look(target), { key: null, record: null });
      assert.deepEqual(heard, []);
    });

    test('finds the key of a token without an id, or with one that is not known', async () => {
      const userId = someone();
      const [key] = [await saved(userId), await saved(userId)];
      const find = (id: string | null, hash: string) => store().findByToken(userId, { id, hash });
      assert.deepEqual(await find(null, key.tokenHash), key);
      assert.deepEqual(await find('of-another-issuer', key.tokenHash), key);
      assert.equal(await find(null, 'unknown'), null);
      assert.equal(await find('unknown', 'unknown'), null);
    });

    test('counts less than the id, since one token may be written in two ways', async () => {
      const userId = someone();
      const [a, b] = [await saved(userId), await saved(userId)];
      const find = (id: ApiKeyId, hash: string) => store().findByToken(userId, { id, hash });
      assert.deepEqual(await find(a.id, 'written in another way'), a);
      assert.deepEqual(await find(a.id, b.tokenHash), a);
      assert.deepEqual(await find(b.id, a.tokenHash), b);
    });
  });

  describe('revocation', () => {
    test('is told once, when the key becomes revoked, and not when it changes otherwise', async () => {
      const userId = someone();
      const heard = revocationsOf(userId);
      const key = await saved(userId);
      await save(userId, { ...key, name: 'renamed' });
      await look({ userId, id: key.id });
      assert.deepEqual(heard, []);
      await revoke(userId, key.id);
      assert.deepEqual(heard, [{ userId, id: key.id }]);
      await revoke(userId, key.id, later(1));
      await save(userId, { ...key, name: 'again', revokedAt: later(2) });
      assert.equal(heard.length, 1);
    });

    test('is told of a key that is stored as revoked from the first', async () => {
      const userId = someone();
      const heard = revocationsOf(userId);
      const { id } = await saved(userId, { revokedAt: NOW });
      assert.deepEqual(heard, [{ userId, id }]);
    });

    test('is told when everybody can read it', async () => {
      const userId = someone();
      const { id, tokenHash } = await saved(userId);
      const read = Promise.withResolvers<ApiKey | null>();
      const subscription = open().revocations.onRevoked((key) => {
        if (key.id !== id) return;
        read.resolve(open().repositories[1].findByToken(userId, { id, hash: tokenHash }));
      });
      await revoke(userId, id);
      subscription.close();
      assertMatches(await read.promise, { id, revokedAt: NOW });
    });

    test('can be read from a time on, of every user', async () => {
      const start = new Date(Date.UTC(2030, 0, 1) + Math.floor(Math.random() * 1e9));
      const at = (milliseconds: number) => new Date(start.getTime() + milliseconds);
      const [ada, eve] = [someone(), someone()];
      const [early, late, alive] = [await saved(ada), await saved(ada), await saved(ada)];
      const other = await saved(eve);
      await revoke(ada, early.id, at(0));
      await revoke(ada, late.id, at(2));
      await revoke(eve, other.id, at(1), open().repositories[1]);
      const since = async (milliseconds: number) => {
        const names = await store().revokedSince(at(milliseconds));
        return names.filter(({ userId }) => userId === ada || userId === eve).map(({ id }) => id);
      };
      assert.deepEqual((await since(0)).toSorted(), [early.id, late.id, other.id].toSorted());
      assert.deepEqual((await since(1)).toSorted(), [late.id, other.id].toSorted());
      assert.deepEqual(await since(2), [late.id]);
      assert.deepEqual(await since(3), []);
      assertExcludes(await since(-1e9), alive.id);
    });
  });

  describe('the last use', () => {
    test('moves forwards only, for any number of keys at once', async () => {
      const [ada, eve] = [someone(), someone()];
      const [a, b] = [await saved(ada), await saved(ada, { lastUsedAt: later(5) })];
      const c = await saved(eve);
      const used = async (...uses: [UserId, ApiKeyId, number][]) => {
        await store().markUsed(uses.map(([userId, id, at]) => ({ userId, id, usedAt: later(at) })));
        const keys = [...(await store().list(ada)), ...(await store().list(eve))];
        return [a, b, c].map(({ id }) => keys.find((key) => key.id === id)?.lastUsedAt);
      };
      assert.deepEqual(await used([ada, a.id, 1], [ada, b.id, 4], [eve, c.id, 3]), [
        later(1),
        later(5),
        later(3),
      ]);
      assert.deepEqual(await used([ada, b.id, 6], [ada, a.id, 0], [ada, aKeyId(), 9]), [
        later(1),
        later(6),
        later(3),
      ]);
      assert.deepEqual(await used([eve, c.id, 7], [eve, c.id, 9], [eve, c.id, 8]), [
        later(1),
        later(6),
        later(9),
      ]);
      assert.deepEqual(await used(), [later(1), later(6), later(9)]);
    });

    test('changes nothing else of the key', async () => {
      const userId = someone();
      const key = await saved(userId, { revokedAt: NOW, expiresAt: NOW });
      await store().markUsed([{ userId, id: key.id, usedAt: NOW }]);
      assert.deepEqual(await store().list(userId), [{ ...key, lastUsedAt: NOW }]);
    });
  });

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
