import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { loggedPath } from '../../../../src/adapters/koa/http/logged-path.ts';
import { LogBook, TestServer } from '../test-server.ts';

const token = randomBytes(32).toString('base64url');

const PATHS = [
  `/api/v1/answer-links/${token}`,
  `/api/v1/answer-links/${token}/`,
  `//api/v1/answer-links/${token}`,
  `/api/v1//answer-links//${token}`,
  `/api/v1/Answer-Links/${token}`,
  `/api/v1/answer-links/${token}/x`,
  `/api/v1/answer%2Dlinks/${token}`,
  `/api/v1/answer-links%2F${token}`,
  `/api/v1/answer-links/x/${token.slice(0, 20)}/${token.slice(20)}`,
  `/api/v1/answer-links/%41${token.slice(1, 20)}%41${token.slice(20)}`,
  `/api/v1/links/${token}`,
  `/${token}`,
];

test.each(PATHS)('the log of a request has no token of an answer link: %s', async (path) => {
  const logger = new LogBook();
  await using server = await TestServer.start({ logger });
  for (const method of ['GET', 'POST']) await fetch(`${server.url}${path}`, { method });
  const logged = JSON.stringify(logger.lines);
  expect(logger.lines.filter(({ message }) => message === 'request')).toHaveLength(2);
  for (let at = 0; at + 12 <= token.length; at += 1) expect(logged).not.toContain(token.slice(at, at + 12));
});

test.each([
  '/',
  '/api/v1/agent-instances/0198c0de-0000-7000-8000-000000000001/messages',
  '/api/v1/answer-links',
])('other paths are logged as they are: %s', (path) => expect(loggedPath(path)).toBe(path));
