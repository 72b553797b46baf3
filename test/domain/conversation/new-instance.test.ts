import { describe, expect, test } from 'vitest';
import { createInstance, MAX_OPEN_INSTANCES } from '../../../src/domain/conversation/new-instance.ts';
import { aConversation, anAgentType, instanceIdOf, NOW } from '../../support/builders.ts';
import { refusalOf } from '../refusal-of.ts';

describe('a new instance', () => {
  const newInstance = { id: instanceIdOf(1), agentType: anAgentType(), now: NOW };
  const create = (openInstanceCount: number) =>
    createInstance({ ...aConversation(), instance: null, openInstanceCount }, newInstance);

  test('is created while the user has fewer than 10,000 open ones', () => {
    expect(create(MAX_OPEN_INSTANCES - 1)).toMatchObject({
      id: instanceIdOf(1),
      agentType: anAgentType(),
      status: 'ACTIVE',
    });
  });

  test('is refused if the user has 10,000 open ones', () => {
    expect(refusalOf(() => create(10_000))).toMatchObject({
      code: 'too_many_open_instances',
      message:
        'The user has 10,000 open agent instances already, and cannot start another. End some of them first',
      field: null,
    });
  });
});
