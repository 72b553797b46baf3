import { expect, test } from 'vitest';
import { APPS_CAPABILITY } from '../../../../src/adapters/mcp/call/client-apps.ts';
import { createSessionId, sessionClientIn } from '../../../../src/adapters/mcp/http/session-id.ts';

const encoded = (state: string | Buffer): string =>
  `${crypto.randomUUID()}.${Buffer.from(state).toString('base64url')}`;

test.each([
  ['claude-code', 'claude-code'],
  ['Visual Studio Code', 'Visual Studio Code'],
  ['工具 🤖', '工具 🤖'],
  [' a\0b\ud800 ', 'ab\ufffd'],
  ['\u0001'.repeat(1_000), '\u0001'.repeat(255)],
  ['語'.repeat(1_000), '語'.repeat(255)],
  ['', ''],
])('the id of a session carries the name of its client in visible ASCII: %j', (name, expected) => {
  const [id, other] = [createSessionId(name), createSessionId(name)];
  expect(id).toMatch(/^[\x21-\x7e]{36,2200}$/);
  expect(sessionClientIn(id).name).toBe(expected);
  expect(id).not.toBe(other);
});

const VALID = JSON.stringify({ v: 1, client: 'x' });
test.each([
  ['a UUID, as older versions made it', crypto.randomUUID()],
  ['any text', 'none'],
  ['no text', ''],
  ['a state without a UUID', encoded(VALID).slice(36)],
  ['a state that is cut off', encoded(VALID).slice(0, -4)],
  ['a state that is no base64url', `${crypto.randomUUID()}.!!!`],
  ['two states', `${encoded(VALID)}, ${encoded(VALID)}`],
  ['bytes that are no JSON', encoded(Buffer.from([255, 0, 128]))],
  ['another version', encoded(JSON.stringify({ v: 2, client: 'x' }))],
  ['no object', encoded('null')],
  ['a list', encoded('[1]')],
  ['a name that is no text', encoded(JSON.stringify({ v: 1, client: { toString: 'x' } }))],
  ['an unknown way to ask the person', encoded(JSON.stringify({ v: 1, client: 'x', shows: ['sms'] }))],
  ['a name in a prototype', encoded('{"v":1,"__proto__":{"client":"x"}}')],
  ['a state that is too long', encoded(JSON.stringify({ v: 1, client: 'x'.repeat(10_000) }))],
])('an id that is not valid carries no name: %s', (_, id) => {
  expect(sessionClientIn(id)).toEqual({ name: '', capabilities: {} });
});

test('a name that another program has put into an id is made a valid agent type', () => {
  const id = encoded(JSON.stringify({ v: 1, client: ` a\0${'b'.repeat(500)}` }));
  expect(sessionClientIn(id).name).toBe(`a${'b'.repeat(254)}`);
});

test.each([
  [{ elicitation: {}, sampling: {} }, { elicitation: { form: {} } }],
  [{ elicitation: { form: {}, url: {} } }, { elicitation: { form: {}, url: {} } }],
  [{ extensions: { ...APPS_CAPABILITY, other: {} } }, { extensions: APPS_CAPABILITY }],
  [{}, {}],
])('the id of a session carries what its client can show: %j', (capabilities, expected) => {
  expect(sessionClientIn(createSessionId('x', capabilities))).toEqual({ name: 'x', capabilities: expected });
});
