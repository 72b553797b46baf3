import { expectTypeOf, test } from 'vitest';
import type { AgentSession, Client } from '../../../src/adapters/client/client.ts';
import type { FormAnswer, QuestionForm } from '../../../src/domain/question/form.ts';

type WithAnswer<Result> = Exclude<Result, { answer: null }>;
declare const session: AgentSession;
declare const client: Client;

// These functions are never called: only their types are checked.

test('the values are those of the options, or null for another text', () => {
  const ask = () =>
    session.ask({
      text: 'Where?',
      options: [{ label: 'Staging', value: 'staging' }, { label: 'Production' }, 'Nowhere'],
    });
  type Result = Awaited<ReturnType<typeof ask>>;
  expectTypeOf<Result['values']>().toEqualTypeOf<('staging' | 'Production' | 'Nowhere')[] | null>();
  expectTypeOf<Result['form']>().toEqualTypeOf<null>();
  expectTypeOf<WithAnswer<Result>['outcome']['values']>().toEqualTypeOf<Result['values']>();
});

test('a default answer must be a text, or values of the options', () => {
  const options = ['a', 'b'] as const;
  const deadline = { text: 'Which?', expires_in_seconds: 20, on_expiry: 'default' } as const;
  const ask = () => session.ask({ ...deadline, options, default_answer: ['b'] });
  expectTypeOf<Awaited<ReturnType<typeof ask>>['values']>().toEqualTypeOf<('a' | 'b')[] | null>();
  // @ts-expect-error: 'c' is no option
  const _wrong = () => session.ask({ ...deadline, options, default_answer: ['c'] });
});

test('the form has the types of its fields, and only required fields are always there', () => {
  const ask = () =>
    client.ask({
      agent_instance_id: '',
      content: 'How?',
      form: {
        type: 'object',
        properties: {
          name: { type: 'string', minLength: 1 },
          port: { type: 'integer' },
          ratio: { type: 'number' },
          tls: { type: 'boolean' },
          stage: { type: 'string', enum: ['staging', 'production'] },
          level: { type: 'string', oneOf: [{ const: 'low', title: 'Low' }] },
          days: { type: 'array', items: { type: 'string', enum: ['mo', 'tu'] } },
          nights: { type: 'array', items: { anyOf: [{ const: 'we', title: 'Wednesday' }] } },
        },
        required: ['name', 'port'],
      },
    });
  type Result = Awaited<ReturnType<typeof ask>>;
  expectTypeOf<NonNullable<Result['form']>>().toEqualTypeOf<{
    readonly name: string;
    readonly port: number;
    readonly ratio?: number;
    readonly tls?: boolean;
    readonly stage?: 'staging' | 'production';
    readonly level?: 'low';
    readonly days?: readonly ('mo' | 'tu')[];
    readonly nights?: readonly 'we'[];
  }>();
  expectTypeOf<Result['values']>().toEqualTypeOf<null>();
});

test('options and forms that are only known at run time give general types', () => {
  const ask = (labels: string[]) => session.ask({ text: 'Which?', options: labels });
  expectTypeOf<Awaited<ReturnType<typeof ask>>['values']>().toEqualTypeOf<string[] | null>();
  const fill = (form: QuestionForm) => session.ask({ text: 'How?', form });
  expectTypeOf<Awaited<ReturnType<typeof fill>>['form']>().toEqualTypeOf<FormAnswer | null>();
});

test('a text may have options in it, and an earlier question may have been of any kind', () => {
  const ask = () => session.ask('Go on? [YES/NO]', { deadline: new Date() });
  type Result = Awaited<ReturnType<typeof ask>>;
  expectTypeOf<Result['values']>().toEqualTypeOf<string[] | null>();
  expectTypeOf<Result['form']>().toEqualTypeOf<null>();
  const resume = () => client.ask({ agent_instance_id: '', question_id: '' });
  type Resumed = Awaited<ReturnType<typeof resume>>;
  expectTypeOf<Resumed['values']>().toEqualTypeOf<string[] | null>();
  expectTypeOf<Resumed['form']>().toEqualTypeOf<FormAnswer | null>();
});
