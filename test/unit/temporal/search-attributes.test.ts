/** Stays must write only values that a server accepts: a refused value is retried indefinitely, and the stay hangs. */
import { randomUUID } from 'node:crypto';
import { Client } from '@temporalio/client';
import { expect, test } from 'vitest';
import { connect } from '../../../src/temporal/connection.js';
import { SEARCH_ATTRIBUTES, withinLimit } from '../../../src/temporal/search-attributes.js';
import { startTestDevServer } from '../../harness/dev-server.js';

test('a long list is cut to as many leading values as the server accepts', async () => {
  const server = await startTestDevServer();
  const connection = await connect(server);
  const client = new Client({ connection, namespace: server.namespace });
  const start = (value: string[]): Promise<unknown> =>
    client.workflow.start('stay', {
      workflowId: randomUUID(),
      taskQueue: 'nobody',
      typedSearchAttributes: [{ key: SEARCH_ATTRIBUTES.keys, value }],
    });
  try {
    const ids = Array.from({ length: 120 }, () => randomUUID());
    const kept = withinLimit(ids);
    expect(kept).toEqual(ids.slice(0, kept.length));
    await start(kept);
    await expect(start(ids.slice(0, kept.length + 1))).rejects.toMatchObject({
      cause: { message: expect.stringContaining('exceeds size limit') },
    });
    const names = Array.from({ length: 400 }, (_, index) => `Zürich "${index}" \u0007 北棟`);
    await start(withinLimit(names));
    expect(withinLimit(['101', '102'])).toEqual(['101', '102']);
  } finally {
    await connection.close();
    await server.stop();
  }
});
