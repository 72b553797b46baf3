import {
  type AgentQuestion,
  agentAnswer,
  personQuestion,
} from '../../application/permission/agent-question.ts';
import { parseVerdict, permissionQuestion } from '../../application/permission/permission-question.ts';
import type { PersonQuestion } from '../../application/permission/person-question.ts';
import { rememberedPermissionStep } from '../../application/permission/remembered-permission.ts';
import { type SessionGrant, sessionGrantFor } from '../../application/permission/session-grant.ts';
import { Turns } from '../../application/permission/turns.ts';
import { sendAgentMessage } from '../../application/use-cases/index.ts';
import { MAX_LABEL_LENGTH, MAX_OPTIONS } from '../../domain/question/choice.ts';
import { cutText } from '../../domain/text/graphemes.ts';
import { joinLines } from '../../domain/text/lines.ts';
import { type Decision, NOTHING, type Suggestion, type ToolUse } from './agent-event.ts';
import { type AskingCall, askPerson, HANDS_OVER_NOTHING, type Reply } from './ask-person.ts';
import { SessionGrants } from './session-grants.ts';
import { stopText } from './texts.ts';

/** Yes, yes for the session, and no take three options. */
const MAX_SUGGESTIONS = MAX_OPTIONS - 3;

/** Lets the person decide what an agent asks at its terminal. Without an answer there is no decision. */
export class PromptDecisions {
  readonly grants = new SessionGrants();
  /** A question with the text of an open one is the same question, so one yes would allow two uses. */
  readonly #turns = new Turns<Reply>();

  async permission(call: AskingCall, use: ToolUse, suggested: readonly Suggestion[]): Promise<Decision> {
    const grant = sessionGrantFor(use.tool, use.input);
    if (grant !== null && this.grants.has(call.session, grant)) return allowRemembered(call, use, grant);
    const offered = offeredSuggestions(suggested);
    // What the agent remembers itself is better than what this process remembers.
    const more = { grant: offered.size > 0 ? null : grant, suggestions: [...offered.keys()] };
    const reply = await this.#ask(call, permissionQuestion(use.tool, use.input, more));
    if (reply.kind !== 'answer') return withoutAnswer(reply);
    const verdict = parseVerdict(reply.answer, more);
    if (verdict.kind === 'no')
      return { kind: 'deny', reason: verdict.reason ?? 'The person said no', endsRun: false };
    if (verdict.kind === 'session' && grant !== null) this.grants.add(call.session, grant);
    const suggestion = verdict.kind === 'suggestion' ? offered.get(more.suggestions[verdict.index]!)! : null;
    return { kind: 'allow', suggestion };
  }

  async questions(call: AskingCall, questions: readonly AgentQuestion[]): Promise<Decision> {
    const answers: string[] = [];
    for (const question of questions) {
      const reply = await this.#ask(call, personQuestion(question));
      if (reply.kind !== 'answer') return withoutAnswer(reply);
      answers.push(agentAnswer(question, reply.answer));
    }
    return { kind: 'answers', answers };
  }

  #ask(call: AskingCall, question: PersonQuestion): Promise<Reply> {
    const { userId, agentInstanceId } = call.session;
    const turn = JSON.stringify([userId, agentInstanceId, question.text]);
    return this.#turns.take(turn, null, () => askPerson(call, question));
  }
}

/** Allows what the person has allowed before, and leaves a quiet line that says so. */
async function allowRemembered(call: AskingCall, use: ToolUse, grant: SessionGrant): Promise<Decision> {
  const { dispatch, ids, caller, session, agentType } = call;
  const { stop_requested: stop } = await dispatch(sendAgentMessage, {
    caller,
    clientGone: HANDS_OVER_NOTHING,
    input: {
      agent_instance_id: session.agentInstanceId,
      agent_type: agentType,
      ...rememberedPermissionStep(use.tool, use.input, grant, ids.next()),
    },
  });
  // A stop counts more than what was allowed before it.
  return stop === null ? { kind: 'allow', suggestion: null } : withoutAnswer({ ...stop, kind: 'stop' });
}

const withoutAnswer = (reply: Exclude<Reply, { kind: 'answer' }>): Decision =>
  reply.kind === 'stop' ? { kind: 'deny', reason: stopText(reply.reason), endsRun: true } : NOTHING;

/** Returns the suggestions by their options. Those that a person could not tell apart are offered once. */
function offeredSuggestions(suggested: readonly Suggestion[]): ReadonlyMap<string, Suggestion> {
  const offered = new Map<string, Suggestion>();
  for (const suggestion of suggested.slice(0, MAX_SUGGESTIONS)) {
    const label = visible(joinLines(suggestion.label, ' '));
    const option = `Yes, always: ${label}`;
    // A label that is cut could hide what a yes covers.
    if (cutText(option, MAX_LABEL_LENGTH) === option && !offered.has(option)) offered.set(option, suggestion);
  }
  return offered;
}

/** Nothing invisible may change what a person reads before saying yes. */
const visible = (text: string): string =>
  text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
