import { describe, expect, test } from 'vitest';
import { EventParser } from '../../../src/adapters/client/http/event-parser.ts';

const parsed = (...pieces: readonly string[]) => {
  const parser = new EventParser();
  return pieces.flatMap((piece) => parser.push(piece));
};

describe('the text of an event stream', () => {
  test('gives the same events for any pieces and line ends', () => {
    const text =
      ': hi\n\nid: 1\nevent: message\ndata: {"a":\ndata: 1}\n\nid: 2\r\nevent: heartbeat\r\ndata: {}\r\n\r\n';
    const events = [
      { id: '1', type: 'message', data: '{"a":\n1}' },
      { id: '2', type: 'heartbeat', data: '{}' },
    ];
    for (let at = 0; at < text.length; at += 1) {
      expect(parsed(text.slice(0, at), text.slice(at))).toEqual(events);
    }
    expect(parsed(...text)).toEqual(events);
  });

  test('gives a message if the event has no name', () => {
    expect(parsed('id: 1\ndata: {}\n\n')).toEqual([{ id: '1', type: 'message', data: '{}' }]);
  });

  test('gives no event for a comment', () => {
    expect(parsed(': still here\n\n')).toEqual([]);
  });

  test('gives no event if it ends before the event is complete', () => {
    expect(parsed('id: 3\nevent: message\ndata: {}\n')).toEqual([]);
  });
});
