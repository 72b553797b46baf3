import { describe, expect, test } from 'vitest';
import { EventStreamParser } from '../../web/src/model/event-stream.ts';

const parsed = (...pieces: string[]) => {
  const parser = new EventStreamParser();
  return { events: pieces.flatMap((piece) => parser.push(piece)), parser };
};

describe('an event stream', () => {
  test('is cut into events', () => {
    const { events } = parsed('event: status_update\ndata: {"id":1}\n\nevent: heartbeat\ndata: {}\n\n');
    expect(events).toEqual([
      { name: 'status_update', data: '{"id":1}' },
      { name: 'heartbeat', data: '{}' },
    ]);
  });

  test('means the same in whatever pieces and line ends it arrives', () => {
    const text = 'id: 7\r\nevent: message\r\ndata: a\r\ndata: b\r\n\r\n';
    for (let at = 0; at < text.length; at += 1) {
      const { events, parser } = parsed(text.slice(0, at), text.slice(at));
      expect(events).toEqual([{ name: 'message', data: 'a\nb' }]);
      expect(parser.lastEventId).toBe('7');
    }
  });

  test('comments keep the line alive and mean nothing', () => {
    expect(parsed(': still here\n\n').events).toEqual([]);
  });

  test('an event that was cut off is not the last one seen: it has to be sent again', () => {
    expect(parsed('id: 1\ndata: {}\n\nid: 2\ndata: {').parser.lastEventId).toBe('1');
  });
});
