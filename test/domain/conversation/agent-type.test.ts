import { describe, expect, test } from 'vitest';
import {
  MAX_AGENT_TYPES,
  normaliseAgentTypeName,
  typeOfNewInstance,
} from '../../../src/domain/conversation/agent-type.ts';
import { agentTypeIdOf, anAgentType } from '../../support/builders.ts';
import { refusalOf } from '../refusal-of.ts';

test.each([
  ['claude-code', 'claude-code'],
  ['Claude-Code', 'claude-code'],
  ['  CURSOR\t\n', 'cursor'],
  ['My  Own Agent', 'my  own agent'],
  ['ÜBER', 'über'],
  ['\u00a0Codex\u3000', 'codex'],
])('the agent type %j is kept as %j', (text, name) => {
  expect(normaliseAgentTypeName(text)).toBe(name);
});

test('normalising a normalised name changes nothing', () => {
  expect(normaliseAgentTypeName(normaliseAgentTypeName(' Codex '))).toBe('codex');
});

describe('the agent type of a new instance', () => {
  const newType = anAgentType({ id: agentTypeIdOf(2), name: 'new' });

  test('is the new one, while the user has fewer than 1,000', () => {
    const known = { agentType: null, agentTypeCount: MAX_AGENT_TYPES - 1 };
    expect(typeOfNewInstance(known, newType)).toBe(newType);
  });

  test('cannot be a new one, if the user has 1,000', () => {
    const known = { agentType: null, agentTypeCount: 1_000 };
    expect(refusalOf(() => typeOfNewInstance(known, newType))).toMatchObject({
      code: 'too_many_agent_types',
      message: 'The user has 200 agent types already, and cannot have more. Use one of them',
      field: 'agent_type',
    });
  });

  test('is one of those that the user has, however many they are', () => {
    const agentType = anAgentType();
    expect(typeOfNewInstance({ agentType, agentTypeCount: 1_000 }, newType)).toBe(agentType);
  });
});
