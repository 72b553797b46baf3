import { describe, expect, test } from 'vitest';
import { agentInstanceId, canonicalUuid, isUuid, messageId } from '../../src/domain/ids.ts';
import { refusalOf } from './refusal-of.ts';

const CANONICAL = '0190a5c2-7b1e-7cde-8f01-23456789abcd';

describe('an id', () => {
  test.each([
    ['canonical', CANONICAL],
    ['upper case', CANONICAL.toUpperCase()],
    ['mixed case', '0190A5C2-7b1e-7CDE-8f01-23456789ABcd'],
    ['without hyphens', CANONICAL.replaceAll('-', '')],
    ['upper case without hyphens', CANONICAL.replaceAll('-', '').toUpperCase()],
  ])('%s is kept in lower case with hyphens', (_form, text) => {
    expect(isUuid(text)).toBe(true);
    expect(canonicalUuid(text, 'agent_instance_id')).toBe(CANONICAL);
  });

  test.each([
    '00000000-0000-0000-0000-000000000000',
    'ffffffff-ffff-ffff-ffff-ffffffffffff',
    'f47ac10b-58cc-4372-a567-0e02b2c3d479',
  ])('of any UUID version is accepted: %s', (text) => {
    expect(canonicalUuid(text, 'agent_instance_id')).toBe(text);
  });

  test.each([
    ['empty', ''],
    ['not hexadecimal', CANONICAL.replace('a', 'g')],
    ['one digit short', CANONICAL.slice(0, -1)],
    ['one digit long', `${CANONICAL}0`],
    ['the first hyphen missing', CANONICAL.replace('-', '')],
    ['only the first hyphen', '0190a5c2-7b1e7cde8f0123456789abcd'],
    ['only the last hyphen', '0190a5c27b1e7cde8f01-23456789abcd'],
    ['hyphens elsewhere', '0190-a5c27b1e-7cde-8f01-23456789abcd'],
    ['braces', `{${CANONICAL}}`],
    ['a URN', `urn:uuid:${CANONICAL}`],
    ['a newline at the end', `${CANONICAL}\n`],
    ['a newline at the start', `\n${CANONICAL}`],
    ['a space at the end', `${CANONICAL} `],
    ['a second line', `${CANONICAL}\n${CANONICAL}`],
    ['full-width digits', CANONICAL.replace('0', '\uFF10')],
    ['upper case with garbage', `${CANONICAL.toUpperCase()}'--`],
  ])('with %s is refused', (_flaw, text) => {
    expect(isUuid(text)).toBe(false);
    expect(refusalOf(() => canonicalUuid(text, 'message_id'))).toMatchObject({
      code: 'invalid_id',
      message: 'Invalid message_id',
      field: 'message_id',
    });
  });

  test('that is refused is reported with the name of its field', () => {
    expect(refusalOf(() => agentInstanceId('?')).field).toBe('agent_instance_id');
    expect(refusalOf(() => messageId('?')).field).toBe('message_id');
    expect(refusalOf(() => messageId('?', 'last_read_message_id')).field).toBe('last_read_message_id');
  });
});
