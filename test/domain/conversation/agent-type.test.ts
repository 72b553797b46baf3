import { expect, test } from 'vitest';
import { normaliseAgentTypeName } from '../../../src/domain/conversation/agent-type.ts';

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
