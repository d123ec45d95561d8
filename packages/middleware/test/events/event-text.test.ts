import { describe, expect, it } from 'vitest';
import { commentText, eventText, type ServerSentEvent } from '../../src/events/event-text.js';

describe('the text of an event', () => {
  const rows: [ServerSentEvent, string][] = [
    [{ data: 'a' }, 'data: a\n\n'],
    [{ data: 'a\nb\r\nc\rd' }, 'data: a\ndata: b\ndata: c\ndata: d\n\n'],
    [{ data: '' }, 'data: \n\n'],
    [{ data: ' a' }, 'data:  a\n\n'],
    [{ data: { a: [1] } }, 'data: {"a":[1]}\n\n'],
    [{ data: null }, 'data: null\n\n'],
    [{ id: '7', event: 'x', retry: 10, data: 'a' }, 'event: x\nid: 7\nretry: 10\ndata: a\n\n'],
    [{ id: '' }, 'id: \n\n'],
  ];
  it.each(rows)('of %j is %j [HTML 9.2.5]', (event, text) => expect(eventText(event)).toBe(text));

  it('cannot be ended from inside of a field', () => {
    expect(() => eventText({ id: '1\ndata: x' })).toThrow(TypeError);
    expect(() => eventText({ id: 'a\0' })).toThrow(TypeError);
    expect(() => eventText({ event: 'a\rb' })).toThrow(TypeError);
    expect(() => eventText({ retry: 1.5 })).toThrow(RangeError);
  });

  it('of a comment is skipped by clients, in every line [HTML 9.2.5]', () => {
    expect(commentText('')).toBe(':\n\n');
    expect(commentText('a\ndata: b')).toBe(': a\n: data: b\n\n');
  });
});
