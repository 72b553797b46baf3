import type { TestCluster } from '../support/test-cluster.ts';
import type { StoredAnswer, StoredQuestion } from './endings.ts';

/** Reads all questions and their answers directly from the database, by the question's id. */
export async function readQuestions(cluster: TestCluster): Promise<ReadonlyMap<string, StoredQuestion>> {
  const answers = await cluster.query<StoredAnswer & { questionId: string }>(
    `select id, content, created_at as "createdAt", answer_to->>'questionId' as "questionId",
       answer_to->>'decidedBy' as "decidedBy", answer_to->'values' as "values"
     from messages where sender_type = 'USER'`,
  );
  const byQuestion = Map.groupBy(answers, ({ questionId }) => questionId);
  const questions = await cluster.query<Omit<StoredQuestion, 'answers'>>(
    `select id, question_status as status, answer_id as "answerId", expires_at as "expiresAt"
     from messages where question_status is not null`,
  );
  return new Map(
    questions.map((question) => [question.id, { ...question, answers: byQuestion.get(question.id) ?? [] }]),
  );
}
