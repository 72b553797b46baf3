import { createServer } from 'node:http';
import pg from 'pg';
import { v7 } from 'uuid';

/**
 * This program is the bare server that the others are compared with. It uses only node:http and pg. For each
 * request it runs one prepared statement, which writes the same as the others: it creates the instance if it
 * is new, hands over the queued messages, adds the message and moves the read cursor. The program checks no
 * tokens and no input, and handles no errors.
 */
const pool = new pg.Pool({
  connectionString: process.env.DATABASE_URL,
  max: Number(process.env.POOL ?? 16),
});

const WRITE_STATEMENT = `
  with instance as (
    insert into agent_instances as a (user_id, id, agent_type_id, status, started_at, last_position, step_count,
      last_read_message_id, last_activity_at, version)
    values ($1, $2, $2, 'ACTIVE', now(), 1, 1, $3, now(), 1)
    on conflict (user_id, id) do update set
      status = 'ACTIVE', ended_at = null, last_position = a.last_position + 1, step_count = a.step_count + 1,
      last_read_message_id = $3, last_activity_at = now(), version = a.version + 1
    returning user_id, id, last_position, version
  ), handed_over as (
    update messages m set read_at = now(), read_version = i.version from instance i
    where m.user_id = i.user_id and m.agent_instance_id = i.id and m.sender_type = 'USER' and m.read_at is null
    returning m.id, m.content, m.sender_type, m.created_at, m.requires_user_input, m.position
  ), posted as (
    insert into messages (user_id, id, agent_instance_id, position, sender_type, content, created_at,
      requires_user_input, read_version)
    select user_id, $3, id, last_position, 'AGENT', $4, now(), false, version from instance
  )
  select * from handed_over order by position`;

const server = createServer((req, res) => {
  const chunks: Buffer[] = [];
  req.on('data', (chunk: Buffer) => chunks.push(chunk));
  req.on('end', async () => {
    const { agent_instance_id, content } = JSON.parse(Buffer.concat(chunks).toString());
    const id = v7();
    const { rows } = await pool.query({
      name: 'write',
      text: WRITE_STATEMENT,
      values: ['floor', agent_instance_id, id, content],
    });
    const body = JSON.stringify({
      success: true,
      agent_instance_id,
      message_id: id,
      queued_user_messages: rows,
      git_diff_status: null,
    });
    res.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) });
    res.end(body);
  });
});
// `startProcess` in server-process.ts waits for the printed line.
server.listen(Number(process.env.MCP_SERVER_PORT), '127.0.0.1', () => process.stdout.write('listens on\n'));
