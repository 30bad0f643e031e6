/** Generator of `docs/scenarios.md`, from the scenarios and their results. */
import { format, resolveConfig } from 'prettier';
import { packageRoot } from '../../src/package-root.js';
import { sentenceOf, type Scenario, type Step } from './scenario.js';

const HEAD = `# Scenarios of hotel life

What a hotel does with a stay, and what must hold then: who opens which door, judged by holding phones to the simulator's locks. Each is run
by \`npm test\` (\`test/scenarios\`), in skipped time, against the real workflows. The numbers are those of the list of fifty that Stayline is
built to; 37 to 40 and 50 are about the messages of a booking system. This page is written by the run: \`SCENARIOS_PAGE=write npx vitest run
test/scenarios\`.

`;

export type Endings = ReadonlyMap<number, 'holds' | 'fails'>;

/** @param endings by the scenario's number; all circumstances of a scenario must hold */
export async function scenariosPage(scenarios: readonly Scenario[], endings: Endings): Promise<string> {
  const rows = scenarios.flatMap((scenario) => rowsOf(scenario, endings.get(scenario.number) ?? 'not run'));
  const table = ['| # | what happens | what must hold | |', '|---|---|---|---|', ...rows].join('\n');
  const options = await resolveConfig(`${packageRoot()}/docs/scenarios.md`);
  return format(HEAD + table, { ...options, parser: 'markdown' });
}

/** Returns a row for each turn of the scenario: what happens, and then what must hold. */
function rowsOf(scenario: Scenario, ending: string): string[] {
  const { number, title } = scenario;
  const where = circumstancesOf(scenario);
  return turnsOf(scenario.steps).map(({ happens, holds }, index) =>
    index === 0
      ? row(String(number), [`**${title}**`, ...where, ...happens], holds, ending)
      : row('', happens, holds, ''),
  );
}

function circumstancesOf({ circumstances }: Scenario): string[] {
  const sentences = circumstances.map((one) => one.sentence).filter((sentence) => sentence !== '');
  return sentences.length === 0 ? [] : [`Where ${sentences.join(', and where ')}.`];
}

interface Turn {
  readonly happens: readonly string[];
  readonly holds: readonly string[];
}

function turnsOf(steps: readonly Step[]): readonly Turn[] {
  const turns: { happens: string[]; holds: string[] }[] = [];
  for (const step of steps) {
    const last = turns.at(-1);
    if (step.kind === 'then') last?.holds.push(capitalised(`${step.sentence}.`));
    else if (last === undefined || last.holds.length > 0) turns.push({ happens: [sentenceOf(step)], holds: [] });
    else last.happens.push(sentenceOf(step));
  }
  return turns;
}

function row(number: string, happens: readonly string[], holds: readonly string[], ending: string): string {
  return `| ${[number, happens.join('<br>'), holds.join('<br>'), ending].join(' | ')} |`;
}

function capitalised(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
