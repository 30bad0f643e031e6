/** Vitest projects that run workflow tests with workers that keep no workflow in memory: every task replays the whole history. */
import type { TestProjectInlineConfiguration } from 'vitest/config';

function project(name: string, tests: readonly string[], env: Record<string, string>): TestProjectInlineConfiguration {
  return {
    extends: true,
    test: {
      name,
      include: tests.map((test) => `test/workflows/${test}.test.ts`),
      testTimeout: 600_000,
      env: { STAYLINE_TEST_CACHED_STAYS: '0', ...env },
    },
  };
}

/** Returns the project of these files of `test/workflows` on the time-skipping server. */
export function uncached(...tests: readonly string[]): TestProjectInlineConfiguration {
  return project('uncached', tests, {});
}

/** Returns the project of these files of `test/workflows` on the real server, in real time. */
export function uncachedOnDevServer(...tests: readonly string[]): TestProjectInlineConfiguration {
  return project('uncached on the dev server', tests, { STAYLINE_TEST_TEMPORAL: 'dev' });
}
