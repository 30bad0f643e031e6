/** All other workflow tests again, with workers that keep no stay in memory: every task replays the whole history. */
process.env.STAYLINE_TEST_CACHED_STAYS = '0';

await import('./party.test.js');
await import('./rooms.test.js');
await import('./dates.test.js');
await import('./phones-and-staff.test.js');
await import('./delays.test.js');
await import('./outages.test.js');
await import('./messages.test.js');
await import('./carried-on.test.js');

export {};
