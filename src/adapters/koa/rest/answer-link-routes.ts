import type { Context, Middleware } from 'koa';
import * as v from 'valibot';
import { checkInput } from '../../../application/dispatch/dispatch.ts';
import type { AnswerLinks, LinkedQuestion } from '../../../application/notifications/answer-links.ts';
import { outcomeText } from '../../../application/notifications/outcome-text.ts';
import * as field from '../../../application/wire/fields.ts';
import { questionShape, wireQuestion } from '../../../application/wire/question/question-shape.ts';
import { answerLinkError } from '../../../domain/errors.ts';
import { readJsonObject } from '../body/json-body.ts';
import { type ExchangeSettings, exchangeOf, runExchange } from '../http/exchange.ts';
import { methodNotAllowed } from '../http/http-error.ts';
import { BASE_PATH } from './route.ts';

export interface AnswerLinkOptions extends ExchangeSettings {
  readonly answerLinks: AnswerLinks;
}

export const ANSWER_LINK_PATH = `${BASE_PATH}/answer-links/:token`;
export const MAX_ANSWER_BYTES = 2 * 1024 * 1024;

const PATH = new RegExp(`^${BASE_PATH}/answer-links/([^/]+)$`);
const TOKEN = /^[A-Za-z0-9_-]{1,200}$/;

/** What a link is about, as its holder sees it. */
export const linkedQuestion = v.object({
  is_test: v.boolean(),
  agent: v.nullable(v.string()),
  agent_instance_id: v.nullable(field.shownId),
  question: v.nullable(
    v.object({ text: v.string(), shape: v.nullable(questionShape), expires_at: v.nullable(field.timestamp) }),
  ),
  value: v.pipe(
    v.nullable(v.string()),
    v.description('The only value that the link answers with; null: a text'),
  ),
  outcome: v.pipe(
    v.nullable(v.string()),
    v.description('How the question ended, in one sentence; null while it is open'),
  ),
});

export const linkAnswer = v.object({ content: field.optional(field.content) });

export const linkAnswered = v.object({ success: v.literal(true), answer: v.nullable(v.string()) });

/**
 * Answers questions by the links in notifications. The token in the path is all that a request needs. A GET
 * answers nothing, because mail scanners follow links.
 */
export function answerLinkRoutes(options: AnswerLinkOptions): Middleware {
  const { answerLinks } = options;

  async function handleRequest(ctx: Context): Promise<void> {
    exchangeOf(ctx).routePath = ANSWER_LINK_PATH;
    ctx.set('Cache-Control', 'no-store');
    const token = PATH.exec(ctx.path)![1]!;
    if (!TOKEN.test(token)) throw answerLinkError('answer_link_not_found');
    if (ctx.method === 'GET' || ctx.method === 'HEAD') {
      ctx.body = wireLinkedQuestion(await answerLinks.read(token));
    } else if (ctx.method === 'POST') {
      const body = await readJsonObject(ctx, { maxBytes: MAX_ANSWER_BYTES, mayBeEmpty: true });
      const { content = null } = checkInput(linkAnswer, body);
      const answer = await answerLinks.answer(token, content);
      ctx.body = { success: true, answer: answer?.content ?? null } satisfies v.InferOutput<
        typeof linkAnswered
      >;
    } else throw methodNotAllowed('GET, HEAD, POST');
  }

  return (ctx, next) => (PATH.test(ctx.path) ? runExchange(ctx, options, handleRequest) : next());
}

function wireLinkedQuestion({
  link,
  subject,
  outcome,
  answer,
}: LinkedQuestion): v.InferOutput<typeof linkedQuestion> {
  return {
    is_test: subject === null,
    agent: subject && (subject.instance.name ?? subject.instance.agentType.name),
    agent_instance_id: subject?.instance.id ?? null,
    question: subject && {
      text: subject.question.content,
      shape: subject.question.question && wireQuestion(subject.question),
      expires_at: subject.question.expiresAt?.toISOString() ?? null,
    },
    value: link.value,
    outcome: outcome && outcomeText(outcome, answer?.content ?? null),
  };
}
