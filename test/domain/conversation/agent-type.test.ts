import { expect, test } from 'vitest';
import { agentTypeName } from '../../../src/domain/conversation/agent-type.ts';

test.each([
  ['claude-code', 'claude-code'],
  ['Claude-Code', 'claude-code'],
  ['  CURSOR\t\n', 'cursor'],
  ['My  Own Agent', 'my  own agent'],
  ['ÜBER', 'über'],
  ['\u00a0Codex\u3000', 'codex'],
])('the agent type %j is kept as %j', (text, name) => {
  expect(agentTypeName(text)).toBe(name);
});

test('normalising a normalised name changes nothing', () => {
  expect(agentTypeName(agentTypeName(' Codex '))).toBe('codex');
});
