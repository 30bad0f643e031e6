/** Pages and pictures of the report, in `docs/bench/`. */
import { readFileSync, writeFileSync, mkdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as echarts from 'echarts';
import { format as formatted, resolveConfig } from 'prettier';
import { packageRoot } from '../../src/package-root.js';
import { isMet, type Goal, type Section } from './section.js';
import { format } from './spread.js';

const WIDTH = 860;
const HEIGHT = 380;

/** Writes the section's page, and its picture if it has one. */
export async function writePage(section: Section): Promise<void> {
  const folder = path.join(packageRoot(), 'docs/bench');
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `${section.name}.md`);
  writeFileSync(file, await formatted(pageOf(section), { ...(await resolveConfig(file)), filepath: file }));
  if (section.chart !== undefined)
    writeFileSync(path.join(folder, `${section.name}.svg`), pictureOf(section.chart, section.chartHeight));
}

/** Returns the section's page in Markdown. */
export function pageOf({ name, title, text, goals, chart }: Section): string {
  const parts = [
    `# ${title}`,
    `\`npm run bench -- ${name}\` measured this and wrote this page.`,
    ...(chart === undefined ? [] : [`![${title}](${name}.svg)`]),
    text,
    ...(goals.length === 0 ? [] : [goalTable(goals)]),
    machine(),
  ];
  return `${parts.join('\n\n')}\n`;
}

function goalTable(goals: readonly Goal[]): string {
  const rows = goals.map((goal) => {
    const sign = goal.kind === 'at-most' ? '≤' : '≥';
    return `| ${goal.what} | ${sign} ${goal.bound} | ${format(goal.reached)} | ${isMet(goal) ? 'yes' : 'no'} |`;
  });
  return ['| goal | bound | reached | met |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

function machine(): string {
  const cpus = os.cpus();
  const sdk = versionOf('@temporalio/worker');
  const day = new Date().toISOString().slice(0, 10);
  return (
    `Median, and the range of all rounds in brackets. ${cpus.length} cores of ${cpus[0]?.model ?? 'an unknown processor'}, ` +
    `Node ${process.versions.node}, Temporal SDK ${sdk} with the dev server, ${day}.`
  );
}

function versionOf(name: string): string {
  const file = path.join(packageRoot(), 'node_modules', name, 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }).version;
}

function pictureOf(chart: echarts.EChartsOption, height = HEIGHT): string {
  const drawing = echarts.init(null, undefined, { renderer: 'svg', ssr: true, width: WIDTH, height });
  drawing.setOption({ animation: false, backgroundColor: '#ffffff', ...chart });
  const svg = drawing.renderToSVGString();
  drawing.dispose();
  return `${svg}\n`;
}
