/** Files under `deploy/` that name metrics: the alerts and the dashboard. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../../src/package-root.js';

const FILES = ['deploy/prometheus/alerts.yml', 'deploy/grafana/dashboards/stayline.json'];

/** Returns the names of the metrics, each once, without the endings that a histogram adds to its own. */
export function metricsOfDeployFiles(): readonly string[] {
  const texts = FILES.map((file) => readFileSync(path.join(packageRoot(), file), 'utf8'));
  const names = texts.flatMap((text) => text.match(/\b(?:stayline|temporal)_[a-z_]+/g) ?? []);
  return [...new Set(names.map((name) => name.replace(/_(bucket|count|sum)$/, '')))];
}
