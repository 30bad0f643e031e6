/**
 * Vitest projects that run tests once more: with workers that keep no workflow in memory, where every task replays the whole history, and
 * with a Seam that behaves otherwise where its documents leave it open.
 */
import type { TestProjectInlineConfiguration } from 'vitest/config';
import type { SwitchChange } from './src/simulator/control/switches.js';
import { OTHER_SETTINGS, settingByChance } from './test/harness/switches.js';

function project(name: string, files: readonly string[], env: Record<string, string>): TestProjectInlineConfiguration {
  const include = files.map((file) => `test/${file}.test.ts`);
  // A worker of another project may have read another environment.
  return { extends: true, test: { name, include, env, testTimeout: 600_000, isolate: true } };
}

function uncachedProject(
  name: string,
  tests: readonly string[],
  env: Record<string, string>,
): TestProjectInlineConfiguration {
  const files = tests.map((test) => `workflows/${test}`);
  return project(name, files, { STAYLINE_TEST_CACHED_STAYS: '0', ...env });
}

function scenariosUnder(name: string, setting: SwitchChange): TestProjectInlineConfiguration {
  return project(name, ['scenarios/scenarios'], { STAYLINE_TEST_SWITCHES: JSON.stringify(setting) });
}

/** Returns a project of the scenarios for each value of each switch of Seam that is not its default. */
export function underEverySetting(): TestProjectInlineConfiguration[] {
  return OTHER_SETTINGS.map((setting) => scenariosUnder(`Seam with ${JSON.stringify(setting)}`, setting));
}

/** Returns a project of the scenarios under one of these settings by chance; the output of each run shows which. */
export function underSettingByChance(): TestProjectInlineConfiguration {
  const setting = settingByChance();
  return scenariosUnder(`STAYLINE_TEST_SWITCHES='${JSON.stringify(setting)}'`, setting);
}

/** Returns the project of these files of `test/workflows` on the time-skipping server. */
export function uncached(...tests: readonly string[]): TestProjectInlineConfiguration {
  return uncachedProject('uncached', tests, {});
}

/** Returns the project of these files of `test/workflows` on the real server, in real time. */
export function uncachedOnDevServer(...tests: readonly string[]): TestProjectInlineConfiguration {
  return uncachedProject('uncached on the dev server', tests, { STAYLINE_TEST_TEMPORAL: 'dev' });
}
