import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { AuthorizationRecord } from '../../ports/storage/authorization-repository.ts';
import { newKeyId } from '../api-key-builder.ts';
import type { TestRunner } from '../test-runner.ts';
import { msAfterNow, NOW, newUser } from '../test-values.ts';
import type { OpenAuthorizations } from './open-authorizations.ts';

/** Earlier than everything that other tests make, so that nothing of them is deleted. */
const LONG_AGO = new Date('1990-06-01T00:00:00.000Z');

const aRecord = (fields: Partial<AuthorizationRecord> = {}): AuthorizationRecord => ({
  kind: 'RefreshToken',
  idHash: randomUUID(),
  userId: newUser(),
  grantId: newKeyId(),
  userCodeHash: randomUUID(),
  payload: { z: 1, a: ['"', '\u0000', '\u{1F4A5}'], nested: { none: null } },
  expiresAt: NOW,
  usedAt: null,
  ...fields,
});

/**
 * The contract suite for adapters of the `AuthorizationRepository` port.
 * @param storeUnderTest returns the store. It is called only while a test runs, so the store can be opened in
 * a `before` hook. All tests can use the same store, because each test uses its own records.
 */
export function authorizationRepositoryContract(
  { describe, test }: TestRunner,
  storeUnderTest: () => OpenAuthorizations,
): void {
  const store = () => storeUnderTest().repositories[0];
  const other = () => storeUnderTest().repositories[1];
  const saveNew = async (fields: Partial<AuthorizationRecord> = {}) => {
    const record = aRecord(fields);
    const { usedAt: _, ...saved } = record;
    await store().save(saved);
    return record;
  };

  describe('a record', () => {
    test('is found by its kind and hash, on every process, as it was saved', async () => {
      const full = await saveNew();
      const bare = await saveNew({ userId: null, grantId: null, userCodeHash: null, payload: {} });
      assert.deepEqual(await other().find(full), full);
      assert.deepEqual(await other().find(bare), bare);
      assert.equal(await store().find({ ...full, kind: 'AuthorizationCode' }), null);
      assert.equal(await store().find({ ...full, idHash: full.idHash.toUpperCase() }), null);
    });

    test('is found by the code of its device, if it is of this kind', async () => {
      const record = await saveNew();
      assert.deepEqual(await other().findByUserCode(record.kind, record.userCodeHash!), record);
      assert.equal(await store().findByUserCode('Client', record.userCodeHash!), null);
      assert.equal(await store().findByUserCode(record.kind, randomUUID()), null);
    });

    test('is replaced when it is saved again, and stays used', async () => {
      const { usedAt: _, ...first } = await saveNew({ userId: null });
      await store().use(first, msAfterNow(1));
      const second = { ...first, userId: newUser(), payload: { second: true }, expiresAt: msAfterNow(2) };
      await other().save(second);
      assert.deepEqual(await store().find(first), { ...second, usedAt: msAfterNow(1) });
    });

    test('is used once, also if many try at the same time', async () => {
      const record = await saveNew();
      const used = await Promise.all(
        Array.from({ length: 12 }, (_, nth) =>
          storeUnderTest().repositories[nth % 2]!.use(record, msAfterNow(5)),
        ),
      );
      assert.equal(used.filter((isFirst) => isFirst).length, 1);
      assert.equal(await store().use(record, msAfterNow(6)), false);
      assert.deepEqual(await store().find(record), { ...record, usedAt: msAfterNow(5) });
    });

    test('that does not exist cannot be used, prolonged or deleted', async () => {
      const missing = aRecord();
      assert.equal(await store().use(missing, NOW), false);
      await store().prolong(missing, NOW);
      await store().delete(missing);
      assert.equal(await store().find(missing), null);
    });

    test('is kept for longer, and never for less long', async () => {
      const record = await saveNew();
      await store().prolong(record, msAfterNow(9));
      await store().prolong(record, msAfterNow(3));
      assert.deepEqual((await other().find(record))?.expiresAt, msAfterNow(9));
    });

    test('changing an object that was saved or loaded does not change the store', async () => {
      const { usedAt: _, ...record } = aRecord({ expiresAt: new Date(NOW) });
      await store().save(record);
      record.expiresAt.setTime(0);
      (await store().find(record))?.expiresAt.setTime(0);
      assert.deepEqual((await store().find(record))?.expiresAt, NOW);
    });
  });

  describe('deletion', () => {
    test('removes one record, and no other', async () => {
      const [gone, left] = [await saveNew(), await saveNew()];
      await other().delete(gone);
      assert.equal(await store().find(gone), null);
      assert.deepEqual(await store().find(left), left);
    });

    test('of a grant removes all its records, of every kind, and no other', async () => {
      const grantId = newKeyId();
      const gone = [await saveNew({ grantId }), await saveNew({ grantId, kind: 'AuthorizationCode' })];
      const left = await saveNew();
      await other().deleteByGrant(grantId);
      for (const record of gone) assert.equal(await store().find(record), null);
      assert.deepEqual(await store().find(left), left);
    });

    test('of what has expired removes it for all users, and for nobody', async () => {
      await store().deleteExpired(LONG_AGO);
      const earlier = new Date(LONG_AGO.getTime() - 1);
      const gone = [
        await saveNew({ expiresAt: earlier }),
        await saveNew({ expiresAt: earlier, userId: null }),
      ];
      const left = await saveNew({ expiresAt: LONG_AGO });
      assert.equal(await other().deleteExpired(LONG_AGO), 2);
      for (const record of gone) assert.equal(await store().find(record), null);
      assert.deepEqual(await store().find(left), left);
      assert.equal(await store().deleteExpired(LONG_AGO), 0);
    });

    test('of a user removes the records of the user, and no other', async () => {
      const [gone, left, ofNobody] = [await saveNew(), await saveNew(), await saveNew({ userId: null })];
      await storeUnderTest().removal.deleteSome(gone.userId!);
      assert.equal(await store().find(gone), null);
      assert.deepEqual(await store().find(left), left);
      assert.deepEqual(await store().find(ofNobody), ofNobody);
    });
  });
}
