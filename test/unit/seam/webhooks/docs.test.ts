/** Agreement of `docs/webhooks.md` with the server. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../../../src/package-root.js';
import { SEAM_EVENT_TYPES } from '../../../../src/seam/webhooks/index.js';
import { SEAM_WEBHOOK_PATH } from '../../../../src/server/seam-webhook.js';

const text = readFileSync(path.join(packageRoot(), 'docs/webhooks.md'), 'utf8');

test('the documented request for the webhook names exactly the handled events and the path that receives them', () => {
  const [, json = 'null'] = /-d '(\{[\s\S]*?\})'/.exec(text) ?? [];
  const asked: unknown = JSON.parse(json);
  expect(asked).toEqual({ url: `https://keys.example.com${SEAM_WEBHOOK_PATH}`, event_types: SEAM_EVENT_TYPES });
});
