/** Every use case, by the name the library gives it. */
export { askQuestion } from './ask-question.ts';
export { createApiKey } from './create-api-key.ts';
export { endSession } from './end-session.ts';
export { heartbeat } from './heartbeat.ts';
export { listAgentInstances } from './list-agent-instances.ts';
export { listApiKeys } from './list-api-keys.ts';
export { readConversation } from './read-conversation.ts';
export { readPendingMessages } from './read-pending-messages.ts';
export { requestUserInput } from './request-user-input.ts';
export { revokeApiKey } from './revoke-api-key.ts';
export { sendAgentMessage } from './send-agent-message.ts';
export { sendUserMessage } from './send-user-message.ts';
export { startAgentInstance } from './start-agent-instance.ts';
export { verifyToken } from './verify-token.ts';
