import path from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { packageRoot } from '../../src/package-root.js';
import { bundleWorkflows } from '../../src/temporal/workflow-bundle.js';

const SOURCE_MAP = /sourceMappingURL=data:application\/json;charset=utf-8;base64,(\S+)/;
const sourceMapSchema = z.object({ sources: z.array(z.string()) });

test('the sandbox bundle holds the workflows, the domain and its preloaded schemas, and no costly or foreign module', async () => {
  const { code } = await bundleWorkflows();
  const [, encoded = ''] = SOURCE_MAP.exec(code) ?? [];
  const { sources } = sourceMapSchema.parse(JSON.parse(Buffer.from(encoded, 'base64').toString()));
  const files = sources.filter((file) => path.isAbsolute(file)).map((file) => path.relative(packageRoot(), file));
  expect(files).toEqual(expect.arrayContaining(['workflows/stay/stay.ts', 'src/domain/model/snapshot-schema.ts']));
  const strangers =
    /^(src\/domain\/model\/(property-schema|dates)\.ts|src\/seam\/|activities\/|node_modules\/(axios|@js-temporal)\/)/;
  expect(files.filter((file) => strangers.test(file))).toEqual([]);
});
