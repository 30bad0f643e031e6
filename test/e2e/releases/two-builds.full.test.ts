import { test } from 'vitest';
import { rollOut } from './rollout.js';

test('fifty stays move to the next release, back and forward again, and lose no key and no field', async () => {
  await rollOut(50);
});
