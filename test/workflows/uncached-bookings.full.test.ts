/** `ingest.test.ts` and `sweep.test.ts` again, with workers that keep nothing in memory: every task replays the whole history. */
process.env.STAYLINE_TEST_CACHED_STAYS = '0';

await import('./ingest.test.js');
await import('../e2e/booking/ingress/sweep.test.js');

export {};
