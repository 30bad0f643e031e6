/** `party.test.ts` again, with workers that keep no stay in memory: every task replays the whole history. */
process.env.STAYLINE_TEST_CACHED_STAYS = '0';
process.env.STAYLINE_TEST_TEMPORAL = 'dev';

await import('./party.test.js');

export {};
