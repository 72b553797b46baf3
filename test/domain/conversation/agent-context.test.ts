import { describe, expect, test } from 'vitest';
import { anAgentMessage } from '../../../src/contracts/agent-message-builder.ts';
import {
  CONTEXT_FIELDS,
  type GivenContext,
  mergeContext,
  NO_CONTEXT,
} from '../../../src/domain/conversation/agent-context.ts';
import { postAgentMessage } from '../../../src/domain/conversation/agent-messages.ts';
import { aConversation, anAgentInstance, aQuestion, aStep, instanceIdOf } from '../../support/builders.ts';

const KNOWN = { repository: 'acme/shop', branch: 'main', machine: 'anvil' };

describe('what an agent says about where it runs', () => {
  test.each<[string, GivenContext | null, object]>([
    ['nothing keeps everything', null, KNOWN],
    ['an empty object keeps everything', {}, KNOWN],
    ['null and undefined keep what was known', { branch: null, machine: undefined }, KNOWN],
    ['a blank text keeps what was known', { branch: ' \n\u200b ' }, KNOWN],
    ['a new text replaces the old one', { branch: 'fix' }, { ...KNOWN, branch: 'fix' }],
    ['an unknown field is added', { model: 'opus-5' }, { ...KNOWN, model: 'opus-5' }],
    ['a field that is no part of a context is left out', { branch: 'main', more: 1 } as never, KNOWN],
  ])('%s', (_rule, given, expected) => {
    expect(mergeContext(KNOWN, given)).toEqual(expected);
  });

  test('if nothing has changed, the very same context is returned, so that it is not saved again', () => {
    expect(mergeContext(KNOWN, { ...KNOWN, branch: ' main ' })).toBe(KNOWN);
    expect(mergeContext(NO_CONTEXT, { branch: '' })).toBe(NO_CONTEXT);
  });

  test.each(CONTEXT_FIELDS)('the field %s is taken, trimmed and cleaned', (field) => {
    const text = '\u202e a\u001b[2J\tb\r\n\u2066c\u0085d\u200b\u{1F469}\u200d\u{1F680} ';
    expect(mergeContext(NO_CONTEXT, { [field]: text })).toEqual({
      [field]: 'a[2J b c d\u{1F469}\u200d\u{1F680}',
    });
  });
});

describe('a home folder is written as ~', () => {
  test.each([
    ['/home/ada', '~'],
    ['/home/ada/work/shop', '~/work/shop'],
    ['/Users/ada/shop', '~/shop'],
    ['/var/home/ada/shop', '~/shop'],
    ['/root/shop', '~/shop'],
    ['C:\\Users\\Ada L\\shop', '~\\shop'],
    ['d:/users/ada/shop', '~/shop'],
    ['~/shop', '~/shop'],
    ['/srv/home/ada', '/srv/home/ada'],
    ['/rooted/shop', '/rooted/shop'],
    ['/homestead/ada', '/homestead/ada'],
    ['/home', '/home'],
  ])('%s is %s', (given, shown) => {
    expect(mergeContext(NO_CONTEXT, { folder: given, repository: given })).toEqual({
      folder: shown,
      repository: shown,
    });
    expect(mergeContext(NO_CONTEXT, { branch: given })).toEqual({ branch: given });
  });
});

describe('a message with a context', () => {
  const post = (conversation: Parameters<typeof postAgentMessage>[0], fields: object) =>
    postAgentMessage(conversation, anAgentMessage(instanceIdOf(1), fields)).changes?.instance.context;
  const context = { branch: 'fix' };

  test('that creates its instance gives it the context', () => {
    const empty = { ...aConversation([]), instance: null };
    expect(post(empty, { context })).toEqual({ branch: 'fix' });
    expect(post(empty, {})).toEqual({});
  });

  test('adds to what was known', () => {
    const before = aConversation([aStep()], { context: KNOWN });
    expect(post(before, { context })).toEqual({ ...KNOWN, branch: 'fix' });
  });

  test('adds to what was known also if it repeats a question', () => {
    const question = aQuestion({ content: 'Deploy?' });
    const before = aConversation([question], { context: KNOWN, status: 'AWAITING_INPUT' });
    expect(post(before, { content: 'Deploy?', isQuestion: true, context })).toEqual({ ...KNOWN, ...context });
  });

  test('and a message without one leave the very same context as it was', () => {
    const before = aConversation([aStep()], { context: KNOWN });
    expect(post(before, {})).toBe(KNOWN);
    expect(post(before, { context: KNOWN })).toBe(KNOWN);
  });

  test('an instance knows nothing before its agent says something', () => {
    expect(anAgentInstance().context).toEqual({});
  });
});
