import * as v from 'valibot';
import { askQuestion, endSession, sendAgentMessage } from '../../../application/use-cases/index.ts';
import { defineTool, type Tool } from './tool.ts';

/** The hints for tools that write on the dashboard, but destroy nothing and reach nothing outside it. */
const HARMLESS = {
  readOnlyHint: false,
  destructiveHint: false,
  idempotentHint: false,
  openWorldHint: false,
} as const;

const feedbackField = (description: string) => v.pipe(v.array(v.string()), v.description(description));

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
    },
    result: ({ success, agent_instance_id, step_number, queued_user_messages, more, redelivered }) => ({
      success,
      agent_instance_id,
      step_number,
      user_feedback: queued_user_messages.map(({ content }) => content),
      more,
      redelivered,
    }),
  }),

  defineTool({
    name: 'ask_question',
    title: 'Ask the person',
    description: [
      'Asks the person a question and waits for the answer. Use it whenever you need a decision, a permission',
      'or a fact that you cannot find out yourself, rather than guessing or stopping.',
      'Ask one thing at a time, so that it can be answered from a phone: say what it is about and what you would',
      'do by default. If there are choices, end with [OPTIONS], each choice on its own numbered line, [/OPTIONS],',
      'or end with [YES/NO]: the person can tap one, and its text is the answer. The person may also type another',
      'answer.',
      'If the status is "answered", follow the answer. If it is "pending", the person has not answered yet. The',
      'question stays open and nothing is lost: call ask_question again with only the question_id you got, as',
      'often as needed, or first do work that does not depend on it. Do not ask the same thing in other words.',
      'The same question twice in a row counts as one: the second call returns the answer to the first, with',
      'redelivered true. To ask it anew, log a step first.',
      'If it is "closed", the session was ended and no answer will come: stop.',
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
      wait_seconds: {
        inputField: 'wait_seconds',
        description:
          'How many seconds to wait, 0 to 86400. Leave it out unless you know how long your client waits for tools.',
      },
    },
    defaults: ({ agentType, waitSeconds }) => ({ agent_type: agentType, wait_seconds: waitSeconds }),
    output: askQuestion.output.entries,
    result: (output) => output,
    isLongRunning: true,
  }),

  defineTool({
    name: 'end_session',
    title: 'End the session',
    description: [
      'Marks this session as completed and closes its open questions. Call it once, when all work is done.',
      'First use ask_question to ask whether anything is left to do, unless the person has told you to stop.',
    ].join(' '),
    annotations: { ...HARMLESS, idempotentHint: true },
    useCase: endSession,
    fields: {
      agent_instance_id: { inputField: 'agent_instance_id', description: 'The session to end (a UUID).' },
    },
    defaults: () => ({}),
    output: endSession.output.entries,
    result: (output) => output,
  }),
];

const TOOLS_BY_NAME = new Map(TOOLS.map((tool) => [tool.definition.name, tool]));

export const findTool = (name: string): Tool | undefined => TOOLS_BY_NAME.get(name);
