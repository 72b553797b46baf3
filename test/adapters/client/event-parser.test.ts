import { describe, expect, test } from 'vitest';
import { EventParser } from '../../../src/adapters/client/http/event-parser.ts';

const parsed = (...pieces: readonly string[]) => {
  const parser = new EventParser();
  return pieces.flatMap((piece) => parser.push(piece));
};

describe('the text of a stream', () => {
  test('means the same in whatever pieces and line ends it arrives', () => {
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

  test('without a name is that of a message', () => {
    expect(parsed('id: 1\ndata: {}\n\n')).toEqual([{ id: '1', type: 'message', data: '{}' }]);
  });

  test('that only keeps the line alive tells nothing', () => {
    expect(parsed(': still here\n\n')).toEqual([]);
  });

  test('that is cut off in an event tells nothing of it: it has to be sent again', () => {
    expect(parsed('id: 3\nevent: message\ndata: {}\n')).toEqual([]);
  });
});
