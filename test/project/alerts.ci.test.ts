/** `deploy/`: alerts and their tests by Prometheus' own tool; alerts and the dashboard name metrics that exist, and docs name the alerts. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { ATTENTION_CODES } from '../../src/domain/model/attention.js';
import { packageRoot } from '../../src/package-root.js';
import { findTool } from '../../src/temporal/binaries.js';
import { metricsOfDeployFiles } from '../harness/deploy-files.js';

const run = promisify(execFile);
const root = packageRoot();
const folder = path.join(root, 'deploy/prometheus');
const promtool = findTool('promtool');

const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const alerts = read('deploy/prometheus/alerts.yml');

test.skipIf(promtool === undefined)(
  'Prometheus accepts its configuration and the alerts, and their tests pass',
  async () => {
    const { stdout } = await run(promtool ?? '', ['check', 'config', 'prometheus.yml'], { cwd: folder });
    expect(stdout).toMatch(/SUCCESS: \d+ rules found/);
    await run(promtool ?? '', ['test', 'rules', 'alerts.test.yml'], { cwd: folder });
  },
);

test.skipIf(promtool === undefined)('every expression of the dashboard is one of Prometheus', async () => {
  const { panels } = JSON.parse(read('deploy/grafana/dashboards/stayline.json')) as {
    readonly panels: readonly { readonly targets?: readonly { readonly expr: string }[] }[];
  };
  const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
  expect(expressions.length).toBeGreaterThan(15);
  // Grafana puts its variables in first.
  const rules = expressions.map((expression, index) => ({
    record: `dashboard:${index}`,
    expr: expression.replaceAll('$__rate_interval', '1m').replaceAll('$property', '.*'),
  }));
  const folder = mkdtempSync(path.join(tmpdir(), 'stayline-dashboard-'));
  const file = path.join(folder, 'rules.json');
  writeFileSync(file, JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
  await run(promtool ?? '', ['check', 'rules', file]).finally(() => rmSync(folder, { recursive: true }));
});

test('alerts and dashboard name no metric of ours that no process has', () => {
  const files = readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' });
  const source = files.filter((file) => file.endsWith('.ts')).map((file) => read(path.join('src', file)));
  const defined = source.flatMap((text) => text.match(/(?<=')stayline_[a-z_]+(?=')/g) ?? []);
  const names = new Set(defined.map((name) => name.replace(/_total$/, '')));
  const ours = metricsOfDeployFiles().filter((name) => name.startsWith('stayline_'));
  expect(ours.length).toBeGreaterThan(10);
  expect(ours.filter((name) => !names.has(name.replace(/_total$/, '')))).toEqual([]);
});

test('alerts name no attention that no stay has', () => {
  const named = [...alerts.matchAll(/code=~?"([^"]+)"/g)].flatMap(([, codes = '']) => codes.split('|'));
  expect(named.length).toBeGreaterThan(5);
  expect(ATTENTION_CODES).toEqual(expect.arrayContaining(named));
});

test('docs/operations.md says for each alert what to do, and for no other', () => {
  const docs = read('docs/operations.md');
  const named = [...alerts.matchAll(/alert: (\w+)/g)].map(([, name]) => name);
  const described = [...docs.matchAll(/^\| `(Stayline\w+)`/gm)].map(([, name]) => name);
  expect(described).toEqual(named);
});
