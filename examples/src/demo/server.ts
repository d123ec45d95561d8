/**
 * The server of the demo: one route, whose requests become lines of the story.
 */

import { Response } from '@netlayers/http';
import { Server } from '@netlayers/server';
import type { SegmentStory } from './segment-story.js';

/** Makes the server; it tells the story when a handler was called. */
export function demoServer(story: SegmentStory): Server {
  return new Server().route('GET', '/json', (request) => {
    story.note(`HTTP: ${request.method} ${request.target} is whole, its handler answers 200`);
    return Response.json({ message: 'hello from netlayers' });
  });
}
