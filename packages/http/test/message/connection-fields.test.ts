import { CONNECTION_FIELDS, fieldsOfConnection, Headers } from '@netlayers/http';
import { describe, expect, it } from 'vitest';

describe('fields that end at this hop [RFC 9110 7.6.1]', () => {
  it('are those that are known to, also where nothing names them', () => {
    const ends = fieldsOfConnection(new Headers({ Connection: 'close' }));
    expect([...CONNECTION_FIELDS].every(ends)).toBe(true);
    expect(ends('close')).toBe(true);
    expect(['content-type', 'te2', 'trailer', 'via'].some(ends)).toBe(false);
  });

  it('are those that Connection names, on any of its lines and however they are spelled', () => {
    const headers = new Headers([
      ['Connection', 'X-One ,, x-two'],
      ['connection', 'X-THREE'],
    ]);
    const ends = fieldsOfConnection(headers);
    expect(['x-one', 'x-two', 'x-three', 'x-four'].map(ends)).toEqual([true, true, true, false]);
  });
});
