/**
 * Measures the project beside something else on the same machine (`npm run bench [-- NAME...] [--quick]`), and writes a page for each section
 * to `docs/bench/`. A quick run prints the pages and writes none. The exit code is 1 if a goal is missed by more than the spread.
 */
import { Command } from 'commander';
import { measureCode } from './code/code.js';
import { measureCost } from './cost/cost.js';
import { measureThroughput } from './cost/throughput.js';
import { measureHouse } from './house/house.js';
import { measureHttp } from './http/http.js';
import { measureIssuing } from './issuing/issuing.js';
import { measureProfile } from './profile/profile.js';
import { measureRecovery } from './recovery/recovery.js';
import { measureRush } from './rush/rush.js';
import { pageOf, writePage } from './report/page.js';
import { isMissed, type Section } from './report/section.js';

const SECTIONS: Readonly<Record<string, (how: { readonly quick: boolean }) => Promise<Section>>> = {
  issuing: measureIssuing,
  rush: measureRush,
  recovery: measureRecovery,
  cost: measureCost,
  throughput: measureThroughput,
  code: measureCode,
  http: measureHttp,
  house: measureHouse,
  profile: measureProfile,
};

const names = Object.keys(SECTIONS);
const command = new Command('bench')
  .description('Measures the project beside something else on the same machine.')
  .argument('[names...]', `sections to measure: ${names.join(', ')} (default: all)`)
  .option('--quick', 'fewer rounds and settings; writes no page', false)
  .parse();
const { quick } = command.opts<{ readonly quick: boolean }>();
const chosen = command.args.length === 0 ? names : command.args;
const unknown = chosen.filter((name) => !(name in SECTIONS));
if (unknown.length > 0) command.error(`no section ${unknown.join(', ')}; there are ${names.join(', ')}`);

const missed: string[] = [];
for (const name of chosen) {
  const section = await SECTIONS[name]?.({ quick });
  if (section === undefined) continue;
  if (quick) process.stdout.write(`${pageOf(section)}\n`);
  else await writePage(section);
  missed.push(...section.goals.filter(isMissed).map(({ what }) => `${section.name}: ${what}`));
}
for (const what of missed) process.stderr.write(`missed: ${what}\n`);
process.exit(missed.length > 0 ? 1 : 0);
