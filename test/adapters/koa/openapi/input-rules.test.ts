import { Ajv2020 } from 'ajv/dist/2020.js';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { jsonSchemaOf } from '../../../../src/adapters/koa/openapi/schemas.ts';
import { BOOLEAN_FORMS, inputFromAgent } from '../../../../src/adapters/koa/rest/route-input.ts';
import * as useCases from '../../../../src/application/use-cases/index.ts';
import * as field from '../../../../src/application/wire/fields.ts';
import { cursor } from '../../../../src/application/wire/instance-cursor.ts';
import { questionForm } from '../../../../src/application/wire/question/question-form.ts';
import { IDEMPOTENCY_KEY_RULE, isIdempotencyKey } from '../../../../src/domain/idempotency.ts';
import { API_DOCUMENT } from '../../../support/fetch-described.ts';

const { paths, components } = API_DOCUMENT;
const UUID = '01a22781-4f3a-73e5-a9ee-77745943f794';
const ajv = new Ajv2020({ strict: false, formats: { uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i } });
ajv.addSchema({ $id: 'api:', components });
const inDocument = (schema: object) =>
  ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"api:#/')));

const WHITE_SPACE = [
  '\t',
  '\n',
  ' ',
  '\u0085',
  '\u00a0',
  '\u1680',
  '\u2003',
  '\u2028',
  '\u202f',
  '\u3000',
  '\ufeff',
];
const TEXTS = [...WHITE_SPACE, WHITE_SPACE.join(''), '', 'a', ' a\n', '\u001f', '\u200b', '😀'];

describe('the OpenAPI document accepts a text exactly if the use case does', () => {
  test.each([
    ['content', field.content, [...TEXTS, '😀'.repeat(1_000_000), 'a'.repeat(1_000_001)]],
    ['a name', field.name, [...TEXTS, '😀'.repeat(255), '😀'.repeat(256), `a${' '.repeat(255)}`]],
    ['an agent type', field.agentType, [...TEXTS, 'a'.repeat(255), 'a'.repeat(256)]],
    ['an id', field.id, [UUID, UUID.toUpperCase(), `{${UUID}}`, ` ${UUID}`, UUID.slice(1), '']],
    [
      'the id of a key',
      field.apiKeyId,
      ['Aa0-_'.padEnd(16, 'x'), 'é'.repeat(16), 'x'.repeat(15), 'x'.repeat(17)],
    ],
    [
      'a cursor',
      cursor,
      [
        `0.${UUID}`,
        `${'9'.repeat(14)}.${UUID}`,
        `${'1'.repeat(15)}.${UUID}`,
        `1.${UUID.toUpperCase()}`,
        UUID,
        '',
      ],
    ],
  ])('%s', (_, schema, texts) => {
    const accepts = inDocument(jsonSchemaOf(schema));
    const differing = texts.filter((text) => accepts(text) !== v.is(schema, text));
    expect(differing.map((text) => text.slice(0, 50))).toEqual([]);
    expect(texts.some((text) => accepts(text)) && texts.some((text) => !accepts(text))).toBe(true);
  });

  test('an Idempotency-Key', () => {
    const { schema } = components.parameters!['Idempotency-Key'] as { schema: object };
    const accepts = inDocument(schema);
    const texts = ['', 'k', ' k', 'k ', 'a b', 'é', 'k'.repeat(255), 'k'.repeat(256)];
    expect(texts.filter((text) => accepts(text) !== isIdempotencyKey(text))).toEqual([]);
    expect(IDEMPOTENCY_KEY_RULE).toContain('1 to 255');
  });
});

/** JSON Schema cannot say which keywords of a form must fit each other. */
describe('the OpenAPI document accepts a form exactly if the use case does:', () => {
  const accepts = inDocument(jsonSchemaOf(questionForm));
  const text = { type: 'string' };
  const field = (one: unknown) => ({ type: 'object', properties: { a: one } });
  const named = (name: string) => ({ type: 'object', properties: { [name]: text } });
  const many = (count: number) => Array.from({ length: count }, (_, index) => `${index}`);
  const fields = (count: number) => ({
    type: 'object',
    properties: Object.fromEntries(many(count).map((name) => [`a${name}`, text])),
  });

  test.each<[string, unknown, boolean]>([
    ['a text', field({ ...text, title: 'A', minLength: 1, maxLength: 2, format: 'date' }), true],
    ['a number', field({ type: 'number', minimum: -0.5, maximum: 1, default: 0 }), true],
    ['a boolean', field({ type: 'boolean', default: true }), true],
    ['a selection', field({ ...text, enum: many(100), enumNames: many(100), default: '1' }), true],
    ['a selection with titles', field({ ...text, oneOf: [{ const: 'a', title: 'A' }] }), true],
    ['several values', field({ type: 'array', items: { ...text, enum: ['a'] }, default: [] }), true],
    ['several with titles', field({ type: 'array', items: { anyOf: [{ const: 'a', title: 'A' }] } }), true],
    ['keywords that are ignored', { ...field(text), $schema: 'x', additionalProperties: {} }, true],
    ['another keyword', { ...field(text), $id: 'x' }, false],
    ['another keyword of a field', field({ ...text, pattern: 'x' }), false],
    ['a keyword of other fields', field({ ...text, enum: ['a'], minLength: 0 }), false],
    ['no type', { properties: { a: text } }, false],
    ['no fields', { type: 'object' }, false],
    ['an object as a field', field({ type: 'object' }), false],
    ['null for a title', field({ ...text, title: null }), false],
    ['a blank title', field({ ...text, title: '\u0085' }), false],
    ['a long title', field({ ...text, title: 'x'.repeat(201) }), false],
    ['the longest title', { ...field(text), title: '😀'.repeat(200) }, true],
    ['a long description', field({ ...text, description: 'x'.repeat(1_001) }), false],
    ['a long value', field({ ...text, enum: ['x'.repeat(1_001)] }), false],
    ['an empty value', field({ ...text, enum: [''] }), false],
    ['a value twice', field({ ...text, enum: ['a', 'a'] }), false],
    ['too many values', field({ ...text, enum: many(101) }), false],
    ['no values', field({ ...text, enum: [] }), false],
    ['a negative length', field({ ...text, minLength: -1 }), false],
    ['half a length', field({ ...text, maxLength: 0.5 }), false],
    ['30 fields', fields(30), true],
    ['31 fields', fields(31), false],
    ['0 fields', fields(0), false],
    ['the longest name', named('😀'.repeat(100)), true],
    ['a long name', named('x'.repeat(101)), false],
    ['a blank name', named(' '), false],
    [
      'a name that reaches into prototypes',
      JSON.parse('{"type":"object","properties":{"__proto__":{}}}'),
      false,
    ],
    ['a required name', { ...field(text), required: ['a'] }, true],
  ])('%s', (_, form, is) => {
    expect(accepts(form)).toBe(is);
    expect(v.is(questionForm, form)).toBe(is);
  });
});

describe('the OpenAPI document accepts a body exactly if the server does:', () => {
  const schemaOf = (path: string) =>
    paths[`/api/v1${path}`]!.post!.requestBody!.content['application/json']!.schema;
  const step = { agent_instance_id: UUID, content: 'a' };
  const isAccepted = (body: object) =>
    v.is(useCases.sendAgentMessage.input, inputFromAgent({} as never, body));

  test.each([...BOOLEAN_FORMS.keys(), 'TRUE', 'oFF', true, null, 'truely', '', 2, '2', []])(
    'a flag %j',
    (flag) => {
      const body = { ...step, requires_user_input: flag };
      expect(inDocument(schemaOf('/messages/agent'))(body)).toBe(isAccepted(body));
    },
  );

  test.each(['', ' \u3000', 'a', null, 7])('an optional text %j', (text) => {
    const body = { ...step, agent_type: text };
    expect(inDocument(schemaOf('/messages/agent'))(body)).toBe(isAccepted(body));
  });

  test.each<[string, unknown]>([
    ['all texts', { repository: 'a', branch: '😀'.repeat(255), machine: ' ', model: null, more: [1] }],
    ['nothing', {}],
    ['null', null],
    ['a text that is too long', { branch: '😀'.repeat(256) }],
    ['a number', { branch: 7 }],
    ['a text instead', 'main'],
  ])('a context: %s', (_, context) => {
    const body = { ...step, context };
    expect(inDocument(schemaOf('/messages/agent'))(body)).toBe(isAccepted(body));
  });

  test.each<[string, unknown]>([
    ['texts', ['a', 'b']],
    ['a text and an object', ['a', { label: 'b', value: 'c', more: 1 }]],
    ['a text that is too long', ['x'.repeat(201)]],
    ['a blank text', [' ']],
    ['a number', [1]],
    ['an object without a label', [{ value: 'a' }]],
    ['none', []],
  ])('options: %s', (_, options) => {
    const body = { ...step, requires_user_input: true, options };
    expect(inDocument(schemaOf('/messages/agent'))(body)).toBe(isAccepted(body));
  });

  test.each([
    ['a field that nobody knows', { more: { a: [1, 'x', null] } }, true],
    ['NUL in such a field', { more: { a: ['\0'] } }, false],
    ['NUL in the name of such a field', { 'a\0': 1 }, false],
    ['a name that reaches into prototypes', { more: { constructor: 1 } }, false],
    ['NUL in a git diff', { git_diff: 'diff --git a/x b/x\n+\0' }, true],
    ['NUL in a key of metadata', { message_metadata: { 'a\0': 1 } }, false],
    ['NUL in metadata', { message_metadata: { a: { b: '\0' } } }, false],
  ])('%s', (_, more, is) => {
    expect(inDocument(schemaOf('/messages/agent'))({ ...step, ...more })).toBe(is);
  });

  test.each([
    [{ code: 'a' }, true],
    [{ token: 'a', more: 1 }, true],
    [{ code: 'a', token: 'b' }, false],
    [{}, false],
  ])('the sign-in %j', (body, is) => expect(inDocument(schemaOf('/auth/session'))(body)).toBe(is));
});

test('each body has its limits in the OpenAPI document', () => {
  const described = (path: string) => paths[path]!.post!.requestBody!.description;
  expect(described('/api/v1/messages/agent')).toMatch(
    /^At most 16,777,216 bytes, 64 levels .* 10,000 values/,
  );
  expect(described('/api/v1/messages/user')).toMatch(/^At most 2,097,152 bytes/);
});
