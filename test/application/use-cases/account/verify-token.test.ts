import { describe, expect, test } from 'vitest';
import { verifyToken } from '../../../../src/application/use-cases/account/verify-token.ts';
import { aCaller, userIdOf } from '../../../support/builders.ts';
import { InMemoryApplication } from '../../in-memory-application.ts';

describe('verify_token', () => {
  test('returns what the token says about the caller', async () => {
    const caller = aCaller({
      userId: userIdOf('ada'),
      scopes: ['agent', 'dashboard'],
      expiresAt: new Date('2027-01-01T00:00:00.000Z'),
      email: 'ada@example.org',
      displayName: 'Ada',
    });
    expect(await new InMemoryApplication().call(verifyToken, {}, { caller })).toEqual({
      success: true,
      user_id: 'ada',
      email: 'ada@example.org',
      display_name: 'Ada',
      message: null,
      scopes: ['agent', 'dashboard'],
      expires_at: '2027-01-01T00:00:00.000Z',
      agent_instance_id: null,
    });
  });

  test('returns null for what the token does not say', async () => {
    expect(await new InMemoryApplication().call(verifyToken, {}, { caller: aCaller() })).toMatchObject({
      email: null,
      display_name: null,
      message: null,
      expires_at: null,
    });
  });
});
