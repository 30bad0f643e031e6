/** The form of commit subjects, as `.ci/check-commits` checks it. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { expect, test } from 'vitest';
import { packageRoot } from '../../src/package-root.js';

/** Returns the output of commitlint for a message with this subject, and whether commitlint accepts it. */
function check(subject: string): { readonly accepted: boolean; readonly output: string } {
  const commitlint = path.join(packageRoot(), 'node_modules/@commitlint/cli/cli.js');
  const { status, stdout } = spawnSync(process.execPath, [commitlint], {
    cwd: packageRoot(),
    encoding: 'utf8',
    input: `${subject}\n\nThe body says why.\n`,
  });
  return { accepted: status === 0, output: stdout };
}

test.each(['lint: add a rule', 'booking, cli: process rows in batches', `lint: add ${'a'.repeat(62)}`])(
  'the commit subject "%s" is accepted',
  (subject) => {
    expect(check(subject)).toMatchObject({ accepted: true });
  },
);

test.each([
  ['add a rule', '"area: imperative"'],
  ['Lint: add a rule', '"area: imperative"'],
  ['lint: Add a rule', '"area: imperative"'],
  ['lint: adds a rule', '"adds" is not an imperative'],
  ['lint: added a rule', '"added" is not an imperative'],
  ['lint: add a rule.', 'full stop'],
  [`lint: add ${'a'.repeat(63)}`, '72 characters'],
])('the commit subject "%s" is refused because of %s', (subject, reason) => {
  const { accepted, output } = check(subject);
  expect(accepted).toBe(false);
  expect(output).toContain(reason);
});
