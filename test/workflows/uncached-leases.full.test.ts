/** `room.test.ts` and `room-carried-on.test.ts` again, with workers that keep nothing in memory: every task replays the whole history. */
process.env.STAYLINE_TEST_CACHED_STAYS = '0';

await import('./room.test.js');
await import('./room-carried-on.test.js');

export {};
