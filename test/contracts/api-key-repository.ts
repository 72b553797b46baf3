import { describe, expect, test } from 'vitest';
import { uuidV7 } from '../../src/adapters/runtime/system.ts';
import type { ApiKey, ApiKeyId } from '../../src/domain/api-key.ts';
import { type Idempotency, type IdempotencyRecord, recordedAnswer } from '../../src/domain/idempotency.ts';
import type { AgentInstanceId, UserId } from '../../src/domain/ids.ts';
import type { AgentInstanceRepository } from '../../src/ports/agent-instance-repository.ts';
import type { ApiKeyRepository, ApiKeyTarget } from '../../src/ports/api-key-repository.ts';
import type { Revocations, Revoked } from '../../src/ports/revocations.ts';
import { aKeyId, anApiKey } from '../support/builders.ts';

/** An open store; two repositories on the same data stand for two processes where the adapter allows it. */
export interface OpenKeyStore {
  readonly repositories: readonly [ApiKeyRepository, ApiKeyRepository];
  /** The agent instances on the same data. */
  readonly instances: AgentInstanceRepository;
  /** Those of the first repository. */
  readonly revocations: Revocations;
  /** The keys that the first repository has published so far. */
  readonly published: readonly Revoked[];
}

const someone = () => `owner-${uuidV7.next()}` as UserId;
const NOW = new Date('2026-03-01T12:00:00.123Z');
const later = (milliseconds: number) => new Date(NOW.getTime() + milliseconds);

/** What every store of issued keys must keep, whichever way it keeps it. */
export function apiKeyRepositoryContract(open: () => OpenKeyStore): void {
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
        agentInstanceId: uuidV7.next() as AgentInstanceId,
        createdAt: NOW,
        expiresAt: later(1),
        lastUsedAt: later(2),
        revokedAt: later(3),
      });
      expect(await look({ userId, id: key.id })).toEqual({ key, record: null });
      expect(await store().list(userId)).toEqual([key]);
      expect(await store().findByToken(userId, { id: key.id, hash: key.tokenHash })).toEqual(key);
      expect((await store().listAll()).filter((each) => each.userId === userId)).toEqual([{ userId, key }]);
    });

    test('what a key lacks is null', async () => {
      const userId = someone();
      const key = await saved(userId, {
        agentInstanceId: null,
        expiresAt: null,
        lastUsedAt: null,
        revokedAt: null,
      });
      expect(await store().list(userId)).toStrictEqual([key]);
      expect((await look({ userId, id: key.id })).key).toStrictEqual(key);
    });

    test('a change replaces the key, in this process and the other', async () => {
      const userId = someone();
      const key = await saved(userId, { expiresAt: NOW });
      const changed = { ...key, name: 'desktop', scope: 'dashboard' as const, expiresAt: null };
      await save(userId, changed);
      expect(await open().repositories[1].list(userId)).toEqual([changed]);
    });

    test('nobody reaches the store by what it was given or gave', async () => {
      const userId = someone();
      const key = anApiKey({ createdAt: new Date(NOW) });
      await save(userId, key);
      key.createdAt.setTime(0);
      (await look({ userId, id: key.id })).key?.createdAt.setTime(0);
      for (const each of await store().list(userId)) each.createdAt.setTime(0);
      (await store().findByToken(userId, { id: key.id, hash: '' }))?.createdAt.setTime(0);
      expect(await store().list(userId)).toEqual([{ ...key, createdAt: NOW }]);
    });

    test('an update that decides nothing writes nothing, and what it throws comes out as it is', async () => {
      const userId = someone();
      const id = aKeyId();
      expect((await look({ userId, id })).key).toBeNull();
      const refusal = new Error('refused');
      const refused = store().update({ userId, id }, () => {
        throw refusal;
      });
      await expect(refused).rejects.toBe(refusal);
      expect(await store().list(userId)).toEqual([]);
    });

    test.each([
      ['quotes, backslashes, placeholders', 'a"b\\c\'d?e$1:f{}%'],
      ['beyond the basic plane', '😀漢ü'],
      ['right to left, joiners, combining', 'שלום\u200d\u0301'],
      ['white space and control characters', ' \t\n\u0001\u2028'],
      ['forms that look alike, apart', 'e\u0301 and é'],
      ['as long as a long one', 'ü'.repeat(255)],
    ])('a user id may be any text: %s', async (_, text) => {
      const userId = `${text}${uuidV7.next()}` as UserId;
      const key = await saved(userId);
      await revoke(userId, key.id);
      await store().markUsed([{ userId, id: key.id, usedAt: NOW }]);
      expect(await store().list(userId)).toEqual([{ ...key, revokedAt: NOW, lastUsedAt: NOW }]);
      expect(await store().revokedSince(NOW)).toContainEqual({ userId, id: key.id });
      expect((await store().listAll()).map((each) => each.userId)).toContain(userId);
      expect(open().published).toContainEqual({ userId, id: key.id });
    });
  });

  describe('users are apart', () => {
    test('one id under two users is two keys', async () => {
      const [ada, eve] = [someone(), someone()];
      const id = aKeyId();
      const [hers, other] = [await saved(ada, { id }), await saved(eve, { id })];
      await revoke(ada, id);
      await store().markUsed([{ userId: ada, id, usedAt: NOW }]);
      expect(await store().list(ada)).toEqual([{ ...hers, revokedAt: NOW, lastUsedAt: NOW }]);
      expect(await store().list(eve)).toEqual([other]);
      expect(await store().revokedSince(NOW)).not.toContainEqual({ userId: eve, id });
    });

    test('one hash under two users is two keys', async () => {
      const [ada, eve] = [someone(), someone()];
      const hers = await saved(ada);
      const other = await saved(eve, { tokenHash: hers.tokenHash });
      expect(await store().findByToken(ada, { id: null, hash: hers.tokenHash })).toEqual(hers);
      expect(await store().findByToken(eve, { id: null, hash: hers.tokenHash })).toEqual(other);
    });

    test('an id or a hash of another user finds nothing, and changes nothing', async () => {
      const [ada, eve] = [someone(), someone()];
      const { id, tokenHash } = await saved(ada);
      expect((await look({ userId: eve, id })).key).toBeNull();
      expect(await revoke(eve, id)).toBeNull();
      await store().markUsed([{ userId: eve, id, usedAt: NOW }]);
      expect(await store().list(eve)).toEqual([]);
      expect(await store().findByToken(eve, { id, hash: tokenHash })).toBeNull();
      expect(await store().list(ada)).toMatchObject([{ id, revokedAt: null, lastUsedAt: null }]);
    });

    test('an idempotency key is its user’s own', async () => {
      const [ada, eve] = [someone(), someone()];
      const request = requestOf('one');
      const [hers, other] = [await issueOnce(ada, request, store()), await issueOnce(eve, request, store())];
      expect(hers).not.toBe(other);
      expect(await store().list(eve)).toMatchObject([{ id: other }]);
    });
  });

  describe('idempotency', () => {
    test('the record is written with the key, and read with it', async () => {
      const userId = someone();
      const key = anApiKey();
      const record = recordOf('{"answer": "\u{1F4A5}"}');
      const target = { userId, id: key.id, idempotencyKey: 'first' };
      await store().update(target, () => ({ output: null, changes: key, record }));
      expect(await look(target)).toEqual({ key, record });
      expect((await look({ ...target, idempotencyKey: 'second' })).record).toBeNull();
      expect((await look({ userId, id: key.id })).record).toBeNull();
    });

    test('a record is written also where the key does not change', async () => {
      const userId = someone();
      const target = { userId, id: aKeyId(), idempotencyKey: 'first' };
      const record = recordOf('nothing to revoke');
      await store().update(target, () => ({ output: null, changes: null, record }));
      expect(await look(target)).toEqual({ key: null, record });
    });

    test('without an idempotency key no record is written', async () => {
      const userId = someone();
      const key = anApiKey();
      await store().update({ userId, id: key.id, idempotencyKey: null }, () => ({
        output: null,
        changes: key,
        record: recordOf('lost'),
      }));
      expect(await look({ userId, id: key.id, idempotencyKey: '' })).toEqual({ key, record: null });
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
      await expect(again).rejects.toMatchObject({ code: 'storage_busy' });
      expect(await look(target)).toEqual({ key: null, record: first });
    });

    test('records are shared with the agent instances, both ways', async () => {
      const { instances } = open();
      const userId = someone();
      const agentInstanceId = uuidV7.next() as AgentInstanceId;
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
      expect(seen).toEqual(ofKey);
      expect((await look({ userId, id: aKeyId(), idempotencyKey: 'b' })).record).toEqual(ofInstance);
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
        expect(new Set(answers).size).toBe(1);
        expect(await store().list(userId)).toMatchObject([{ id: answers[0] }]);
      }
    });

    test('an idempotency key used for a key and for an instance has one effect', async () => {
      const userId = someone();
      const request = requestOf('both');
      const ofInstance = { fingerprint: request.fingerprint, answer: 'an instance', recordedAt: NOW };
      const answers = await Promise.all([
        ...Array.from({ length: 4 }, (_, nth) => issueOnce(userId, request, open().repositories[nth % 2]!)),
        open().instances.update(
          { userId, agentInstanceId: uuidV7.next() as AgentInstanceId, idempotencyKey: request.key },
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
      expect(new Set(answers).size).toBe(1);
      expect(await store().list(userId)).toHaveLength(answers[0] === ofInstance.answer ? 0 : 1);
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
        expect(firsts.filter((first) => first)).toHaveLength(1);
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
      expect(await store().list(userId)).toMatchObject([{ name: 'x'.repeat(20) }]);
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
        expect(list.find((key) => key.id === id)?.lastUsedAt).toEqual(usedAt);
      }
      expect(list.filter(({ revokedAt }) => revokedAt !== null)).toMatchObject([{ id: keys[7]!.id }]);
    });
  });

  describe('the hash of a token', () => {
    test('belongs to one key of a user: a second one is refused whole, and nobody is told of it', async () => {
      const userId = someone();
      const first = await saved(userId);
      const second = anApiKey({ tokenHash: first.tokenHash, revokedAt: NOW });
      const target = { userId, id: second.id, idempotencyKey: 'import' };
      const record = recordOf('imported');
      const refused = store().update(target, () => ({ output: null, changes: second, record }));
      await expect(refused).rejects.toMatchObject({ code: 'storage_busy' });
      expect(await store().list(userId)).toEqual([first]);
      expect(await look(target)).toEqual({ key: null, record: null });
      expect(open().published).not.toContainEqual({ userId, id: second.id });
    });

    test('finds the key of a token without an id, or with one that is not known', async () => {
      const userId = someone();
      const [key] = [await saved(userId), await saved(userId)];
      const find = (id: string | null, hash: string) => store().findByToken(userId, { id, hash });
      expect(await find(null, key.tokenHash)).toEqual(key);
      expect(await find('of-another-issuer', key.tokenHash)).toEqual(key);
      expect(await find(null, 'unknown')).toBeNull();
      expect(await find('unknown', 'unknown')).toBeNull();
    });

    test('counts less than the id, since one token may be written in two ways', async () => {
      const userId = someone();
      const [a, b] = [await saved(userId), await saved(userId)];
      const find = (id: ApiKeyId, hash: string) => store().findByToken(userId, { id, hash });
      expect(await find(a.id, 'written in another way')).toEqual(a);
      expect(await find(a.id, b.tokenHash)).toEqual(a);
      expect(await find(b.id, a.tokenHash)).toEqual(b);
    });
  });

  describe('revocation', () => {
    const published = (userId: UserId) => open().published.filter((key) => key.userId === userId);

    test('is told once, when the key becomes revoked, and not when it changes otherwise', async () => {
      const userId = someone();
      const key = await saved(userId);
      await save(userId, { ...key, name: 'renamed' });
      await look({ userId, id: key.id });
      expect(published(userId)).toEqual([]);
      await revoke(userId, key.id);
      expect(published(userId)).toEqual([{ userId, id: key.id }]);
      await revoke(userId, key.id, later(1));
      await save(userId, { ...key, name: 'again', revokedAt: later(2) });
      expect(published(userId)).toHaveLength(1);
    });

    test('is told of a key that is stored as revoked from the first', async () => {
      const userId = someone();
      const { id } = await saved(userId, { revokedAt: NOW });
      expect(published(userId)).toEqual([{ userId, id }]);
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
      expect(await read.promise).toMatchObject({ id, revokedAt: NOW });
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
      expect((await since(0)).toSorted()).toEqual([early.id, late.id, other.id].toSorted());
      expect((await since(1)).toSorted()).toEqual([late.id, other.id].toSorted());
      expect(await since(2)).toEqual([late.id]);
      expect(await since(3)).toEqual([]);
      expect(await since(-1e9)).not.toContain(alive.id);
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
      expect(await used([ada, a.id, 1], [ada, b.id, 4], [eve, c.id, 3])).toEqual([
        later(1),
        later(5),
        later(3),
      ]);
      expect(await used([ada, b.id, 6], [ada, a.id, 0], [ada, aKeyId(), 9])).toEqual([
        later(1),
        later(6),
        later(3),
      ]);
      expect(await used([eve, c.id, 7], [eve, c.id, 9], [eve, c.id, 8])).toEqual([
        later(1),
        later(6),
        later(9),
      ]);
      expect(await used()).toEqual([later(1), later(6), later(9)]);
    });

    test('changes nothing else of the key', async () => {
      const userId = someone();
      const key = await saved(userId, { revokedAt: NOW, expiresAt: NOW });
      await store().markUsed([{ userId, id: key.id, usedAt: NOW }]);
      expect(await store().list(userId)).toEqual([{ ...key, lastUsedAt: NOW }]);
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
      expect((await store().list(userId)).map(({ id }) => id)).toEqual([newest, b, a, c, oldest]);
    });

    test('of all users follow the bytes of the user ids, then the same order', async () => {
      const suffix = uuidV7.next();
      // The last two are the other way round as UTF-16, and the first two in most languages.
      const users = ['B', 'a', '\u00fc', '\uffee', '\u{1F4A5}'].map((text) => `${text}${suffix}` as UserId);
      for (const userId of users.toReversed()) {
        await saved(userId, { createdAt: later(0) });
        await saved(userId, { createdAt: later(1) });
      }
      const all = (await store().listAll()).filter(({ userId }) => users.includes(userId));
      expect(all.map(({ userId, key }) => [userId, key.createdAt])).toEqual(
        users.flatMap((userId) => [
          [userId, later(1)],
          [userId, later(0)],
        ]),
      );
    });

    test('of somebody without keys are empty', async () => {
      expect(await store().list(someone())).toEqual([]);
    });
  });
}
