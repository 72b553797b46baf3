import * as v from 'valibot';
import {
  askQuestion,
  endSession,
  postQuestion,
  sendAgentMessage,
  withdrawQuestion,
} from '../../../application/use-cases/index.ts';
import { agentContext } from '../../../application/wire/agent-context.ts';
import { questionTask } from './question-task.ts';
import { defineTask, defineTool, type Tool } from './tool.ts';

/** The hints for tools that write on the dashboard, but destroy nothing and reach nothing outside it. */
const HARMLESS = {
  readOnlyHint: false,
  destructiveHint: false,
  idempotentHint: false,
  openWorldHint: false,
} as const;

const feedbackField = (description: string) => v.pipe(v.array(v.string()), v.description(description));

const TITLE = {
  inputField: 'title',
  description:
    'A short name for a new session, by which the person finds it. An earlier session keeps its own.',
} as const;

/** The schema of the use case accepts null for each text, which not every client understands. */
const CONTEXT = {
  inputField: 'context',
  shownSchema: {
    type: 'object',
    properties: Object.fromEntries(
      Object.keys(agentContext.entries).map((name) => [name, { type: 'string' as const }]),
    ),
  },
  description:
    'Where you run, as far as you know it: in your first call, and again when something of it has changed.',
} as const;

const STOP =
  'If stop_requested is not null, the person wants you to stop: do nothing more, and call end_session.';

/** All tools of the server. Each runs one use case, which also validates the input. */
export const TOOLS: readonly Tool[] = [
  defineTool({
    name: 'log_step',
    title: 'Log a step',
    description: [
      'Tells the person who follows your work what you are about to do or have just finished, and returns what',
      'they have written to you meanwhile.',
      'Call it before each meaningful step and whenever your plan changes. Write one or two plain sentences',
      'about the purpose rather than the commands. It returns at once.',
      'Leave agent_instance_id out in the first call of a session; use the one you get back in every later call.',
      'Read user_feedback each time. It comes from the person, you get it only once, and it overrides your',
      'plan: act on it before anything else, and call ask_question if you do not understand it.',
      'If redelivered is true, you may have read some of it before. If more is true, your next call has more.',
      'outcomes says how questions ended that you asked before.',
      STOP,
    ].join(' '),
    annotations: HARMLESS,
    useCase: sendAgentMessage,
    fields: {
      agent_instance_id: {
        inputField: 'agent_instance_id',
        optional: true,
        description: 'Which session of yours this is (a UUID). Leave it out to start a new one.',
      },
      step_description: {
        inputField: 'content',
        description: 'What you are doing and why, in one or two sentences; Markdown is fine.',
      },
      title: TITLE,
      context: CONTEXT,
    },
    defaults: ({ defaultInstanceId, agentType }) => ({
      agent_instance_id: defaultInstanceId(),
      agent_type: agentType,
    }),
    output: {
      success: sendAgentMessage.output.entries.success,
      agent_instance_id: sendAgentMessage.output.entries.agent_instance_id,
      step_number: sendAgentMessage.output.entries.step_number,
      user_feedback: feedbackField('What the person wrote since your last call; it overrides your plan'),
      more: sendAgentMessage.output.entries.more,
      redelivered: sendAgentMessage.output.entries.redelivered,
      outcomes: sendAgentMessage.output.entries.outcomes,
      stop_requested: sendAgentMessage.output.entries.stop_requested,
    },
    result: ({ message_id: _, git_diff_status: __, queued_user_messages, ...output }) => ({
      ...output,
      user_feedback: queued_user_messages.map(({ content }) => content),
    }),
  }),

  defineTool({
    name: 'ask_question',
    title: 'Ask the person',
    description: [
      'Asks the person a question and waits for the answer. Use it whenever you need a decision, a permission',
      'or a fact that you cannot find out yourself, rather than guessing or stopping.',
      'Ask one thing at a time, and say what you would do by default.',
      'Give options to choose from (outcome.values has the choice, unless the person types another answer), or',
      'a form for several facts at once (outcome.form has them).',
      'If the status is "answered", follow the answer. If it is "pending", nothing is lost: call ask_question',
      'again with only the question_id you got, as often as needed, or first do work that does not depend on it.',
      'Do not ask the same thing in other words.',
      'The same question twice in a row counts as one: the second call returns the answer to the first, with',
      'redelivered true. To ask it anew, log a step first.',
      'If you can go on without an answer, give expires_in_seconds: the question then ends as "expired", or as',
      '"defaulted" with your default_answer. If it is "closed", the session was ended: stop.',
      STOP,
      'user_feedback is what the person had written before you asked; it also overrides your plan.',
    ].join(' '),
    annotations: HARMLESS,
    useCase: askQuestion,
    fields: {
      question_text: {
        inputField: 'question_text',
        description: 'The complete question; Markdown is fine. Give either this or question_id.',
      },
      question_id: {
        inputField: 'question_id',
        description:
          'The id of a question you asked before: waits for its answer again, or returns the answer at once.',
      },
      agent_instance_id: {
        inputField: 'agent_instance_id',
        description:
          'Which session of yours this is (a UUID). Leave it out to start a new one, or with question_id.',
      },
      title: TITLE,
      context: CONTEXT,
      options: {
        inputField: 'options',
        description:
          'Up to 30 answers to choose from: texts, or objects whose value is what you get (default: the label).',
      },
      multiple: { inputField: 'multiple', description: 'True: several options may be chosen, min to max.' },
      min: { inputField: 'min', description: 'With multiple: how many at least. Default 0.' },
      max: { inputField: 'max', description: 'With multiple: how many at most. Default all.' },
      form: {
        inputField: 'form',
        shownSchema: { type: 'object' },
        description:
          'Instead of options: a flat JSON Schema object (type, properties, required) of strings, numbers, booleans and enums.',
      },
      expires_in_seconds: {
        inputField: 'expires_in_seconds',
        description: 'After how many seconds the question ends by itself, 1 to 2592000.',
      },
      on_expiry: {
        inputField: 'on_expiry',
        description: 'Only to be explicit: "expire" without, "default" with a default_answer.',
      },
      default_answer: {
        inputField: 'default_answer',
        shownSchema: {
          anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }, { type: 'object' }],
        },
        description:
          'The answer if nobody answers within expires_in_seconds: a text, values of options, or an object for a form.',
      },
      supersedes: {
        inputField: 'supersedes',
        description: 'The id of an earlier question of this session that this one takes the place of.',
      },
      wait_seconds: {
        inputField: 'wait_seconds',
        description:
          'How many seconds to wait, 0 to 86400. Leave it out unless you know how long your client waits for tools.',
      },
    },
    ownFields: {
      elicit: {
        schema: { type: 'boolean' },
        description:
          'True: asks in the program that you run in, too, if it can show forms. Only if the person is there now.',
      },
    },
    defaults: ({ agentType, waitSeconds }) => ({ agent_type: agentType, wait_seconds: waitSeconds }),
    output: askQuestion.output.entries,
    result: (output) => output,
    isLongRunning: true,
    task: defineTask({
      useCase: postQuestion,
      // A model that does not want to wait goes on with other work, and gets `pending`.
      isWanted: ({ wait_seconds }) => wait_seconds !== 0,
      started: (standing) =>
        standing.result === null
          ? { task: questionTask(standing), agentInstanceId: standing.agent_instance_id }
          : { output: standing.result },
    }),
  }),

  defineTool({
    name: 'withdraw_question',
    title: 'Take a question back',
    description: [
      'Takes back a question of yours that needs no answer any more, so that the person is not kept busy with it.',
      'If it has an answer already, you get the error already_answered, and the answer with your next call.',
      STOP,
    ].join(' '),
    annotations: { ...HARMLESS, idempotentHint: true },
    useCase: withdrawQuestion,
    fields: { question_id: { inputField: 'question_id', description: 'The id of the question.' } },
    defaults: () => ({}),
    output: withdrawQuestion.output.entries,
    result: (output) => output,
  }),

  defineTool({
    name: 'end_session',
    title: 'End the session',
    description: [
      'Marks this session as completed and closes its open questions. Call it once, when all work is done.',
      'First use ask_question to ask whether anything is left to do, unless the person has told you to stop.',
      'If you cannot finish the work, say why in failure.',
    ].join(' '),
    annotations: { ...HARMLESS, idempotentHint: true },
    useCase: endSession,
    fields: {
      agent_instance_id: { inputField: 'agent_instance_id', description: 'The session to end (a UUID).' },
      failure: { inputField: 'failure', description: 'Why you cannot finish. Leave it out if you have.' },
    },
    defaults: () => ({}),
    output: endSession.output.entries,
    result: (output) => output,
  }),
];

const TOOLS_BY_NAME = new Map(TOOLS.map((tool) => [tool.definition.name, tool]));

export const findTool = (name: string): Tool | undefined => TOOLS_BY_NAME.get(name);
