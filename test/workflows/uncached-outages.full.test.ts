/** `outages.test.ts` and `outages.full.test.ts` again, with workers that keep no stay in memory: every task replays the whole history. */
process.env.STAYLINE_TEST_CACHED_STAYS = '0';

await import('./outages.test.js');
await import('./outages.full.test.js');

export {};
